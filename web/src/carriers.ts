// What carries a line's bytes: the WebSocket of `solder serve`, or a serial port of this computer.
import type { Carrier } from './line';

// Throws an Error when nobody answers there.
export function openBridge(): Promise<Carrier> {
  const address = new URL('board', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return new Promise((resolve, reject) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(address);
    } catch (error) {
      return reject(error instanceof Error ? error : new Error(String(error)));
    }
    socket.binaryType = 'arraybuffer';
    const carrier: Carrier = {
      baud: 115200, // of the board's port, however fast the bridge is
      send: (bytes) => socket.send(bytes),
      close: () => socket.close(),
      received: () => {},
      closed: () => {},
    };
    socket.onopen = () => resolve(carrier);
    socket.onmessage = (event: MessageEvent<ArrayBuffer>) => carrier.received(new Uint8Array(event.data));
    socket.onclose = (event) => {
      reject(new Error('nobody answers'));
      carrier.closed(event.reason || 'the connection to solder serve has ended');
    };
  });
}

interface SerialPort {
  open(options: { baudRate: number; bufferSize?: number }): Promise<void>;
  close(): Promise<void>;
  readable: ReadableStream<Uint8Array> | null;
  writable: WritableStream<Uint8Array> | null;
}
interface Serial {
  requestPort(): Promise<SerialPort>;
}
const serial = (navigator as Navigator & { serial?: Serial }).serial;

export function whyNoSerial(): string | null {
  if (serial) return null;
  if (!window.isSecureContext)
    return 'A serial port can be used only by pages that come over https or from this computer.';
  return 'This browser has no Web Serial. Chrome, Edge and Opera on a desktop have it.';
}

const kBaud = 115200;

// Asks which port. Throws an Error that says what to do.
export async function openSerial(): Promise<Carrier> {
  let port: SerialPort;
  try {
    port = await serial!.requestPort();
  } catch {
    throw new Error('no port was chosen');
  }
  try {
    await port.open({ baudRate: kBaud, bufferSize: 1 << 16 });
  } catch (error) {
    throw new Error(
      'the port cannot be opened: does another program use it, or are you not in its group ' +
      `(dialout on Debian)? (${error instanceof Error ? error.message : String(error)})`);
  }
  return carry(port);
}

function carry(port: SerialPort): Carrier {
  const writer = port.writable!.getWriter();
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  let isClosed = false;
  const carrier: Carrier = {
    baud: kBaud,
    send: (bytes) => void writer.write(bytes).catch(() => {}), // the reader hears of it, too
    close: () => {
      isClosed = true;
      void reader?.cancel().catch(() => {});
    },
    received: () => {},
    closed: () => {},
  };
  const read = async (): Promise<void> => {
    // A byte that came damaged ends the stream, and there is another; a port that has gone has none.
    while (port.readable && !isClosed) {
      reader = port.readable.getReader();
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read())
          carrier.received(next.value);
      } catch {
        // the protocol asks again for what got lost
      }
      reader.releaseLock();
    }
    if (!isClosed) carrier.closed('the board was unplugged: plug it in and connect again');
    writer.releaseLock();
    await port.close().catch(() => {});
  };
  void read();
  return carrier;
}
