"""check_symbols.sh on small programs, each of which wants one thing that a device does not have."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).with_name("check_symbols.sh")
STRICT = ("-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics")


@unittest.skipUnless(shutil.which("arm-none-eabi-g++"), "arm-none-eabi-g++ not installed")
class CheckSymbols(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def compile(self, code: str, *flags: str, name: str = "code.o") -> Path:
        target = self.folder / name
        command = ["arm-none-eabi-g++", "-std=c++20", *flags, "-x", "c++", "-", "-o", str(target)]
        subprocess.run(command, input=code, text=True, check=True)
        return target

    def check(self, file: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([CHECK, file], capture_output=True, text=True, check=False)

    def test_clean_code_passes(self) -> None:
        code = """
            #include <cmath>
            #include <cstring>
            #include <new>
            struct Base { virtual float f(float x) { return std::exp(x); } };
            Base* make(void* memory) { std::memset(memory, 0, 4); return new (memory) Base; }
            [[gnu::weak]] void malloc_like();
        """
        result = self.check(self.compile(code, "-c", *STRICT))
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_what_a_device_does_not_have(self) -> None:
        for code, symbol, reason in (
            ("#include <cstdlib>\nvoid* f() { return malloc(3); }", "malloc", "heap"),
            ("int* f() { return new int; }", "operator new(unsigned int)", "heap"),
            ("void f(int* p) { delete[] p; }", "operator delete[](void*)", "heap"),
            ("void f() { throw 1; }", "__cxa_throw", "exceptions"),
            ("#include <typeinfo>\nauto& f() { return typeid(int); }", "typeinfo for int", "RTTI"),
            ("#include <cstdio>\nvoid f(int x) { printf(\"%d\", x); }", "printf", "I/O"),
            ("#include <cstdio>\nvoid f(char* s, int x) { snprintf(s, 9, \"%d\", x); }", "snprintf",
             "I/O"),
            ("#include <cstdio>\nvoid* f() { return fopen(\"a\", \"r\"); }", "fopen", "I/O"),
            ("struct A { ~A(); } a;", "__aeabi_atexit", "exit handlers"),
            ("int g();\nint f() { static int a = g(); return a; }", "__cxa_guard_acquire",
             "static guards"),
        ):  # fmt: skip
            with self.subTest(symbol=symbol):
                file = self.compile(code, "-c")
                result = self.check(file)
                self.assertEqual(result.returncode, 1)
                self.assertIn(f"{file}: {symbol} ({reason})\n", result.stdout)

    def test_names_the_member_of_an_archive(self) -> None:
        member = self.compile("#include <cstdlib>\nvoid* f() { return malloc(3); }", "-c")
        archive = self.folder / "library.a"
        subprocess.run(["arm-none-eabi-ar", "rcs", archive, member], check=True)
        self.assertEqual(self.check(archive).stdout, f"{archive}[code.o]: malloc (heap)\n")

    def test_linked_program(self) -> None:
        code = "#include <cstdlib>\nint main() { return malloc(3) != nullptr; }"
        program = self.compile(code, "--specs=nosys.specs", "-Wl,--no-warnings", name="program.elf")
        self.assertIn(f"{program}: malloc (heap)\n", self.check(program).stdout)

    def test_no_such_file(self) -> None:
        result = self.check(self.folder / "nothing.a")
        self.assertEqual(result.returncode, 1)
        self.assertIn("check_symbols.sh: cannot read", result.stderr)


if __name__ == "__main__":
    unittest.main()
