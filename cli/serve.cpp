// `solder serve`: the web page with a virtual board behind it, and a stand-in for a board over TCP,
// for clients that are being written.
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>

#include "cli/command.h"
#include "cli/common/board_port.h"
#include "cli/common/host_board.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/sources.h"
#include "client/web_server.h"
#include "compiler/data/files.h"
#include "compiler/exporters/tflite/tflite_exporter.h"

namespace solder::cli {
namespace {

namespace fs = std::filesystem;

struct ServeOptions {
  fs::path model;
  fs::path firmware;
  std::string kernels;
  uint16_t port = 8080;
  uint16_t tcp_port = 32001;  // the article's
};

std::string text_of(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

// The built page, with the model that is served in place of its own.
client::Files page_files(const fs::path& folder, const fs::path& model) {
  client::Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files["/" + fs::relative(entry.path(), folder).generic_string()] =
          text_of(compiler::read_file(entry.path()));
  files["/model.tflite"] = text_of(model.extension() == ".tflite"
                                       ? compiler::read_file(model)
                                       : compiler::export_tflite(load_model(model, Use::kExport)));
  return files;
}

std::unique_ptr<client::Port> open_board(const fs::path& image) {
  if (image.empty())
    throw client::PortError(
        "no firmware image is built: ./demo.sh builds it; --firmware names another");
  return open_virtual_board(image);
}

// In a thread of its own; ends with this object.
class Page {
 public:
  Page(const fs::path& folder, const ServeOptions& options)
      : server_(options.port, page_files(folder, options.model),
                [image = options.firmware] { return open_board(image); }),
        thread_([this] { server_.run(); }) {}
  ~Page() {
    server_.stop();
    thread_.join();
  }
  std::string address() const { return server_.address(); }

 private:
  client::WebServer server_;
  std::thread thread_;
};

std::unique_ptr<simulator::Endpoint> open_line(uint16_t port) {
  try {
    return simulator::make_endpoint(fmt::format("tcp:{}", port));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}; choose another with --tcp", error.what()));
  }
}

std::atomic<bool> interrupted = false;

void serve(ServeOptions options) {
  if (options.model.empty()) options.model = source_root() / "models/mnist/mnist.tflite";
  if (options.firmware.empty()) options.firmware = firmware_image("mnist-interpreter-2mbaud");
  const auto executable = prepare_model(options.model, kernels_named(options.kernels));
  HostBoard board(executable.model(), options.model.stem().string());
  const auto line = open_line(options.tcp_port);
  std::optional<Page> page;
  if (const fs::path folder = page_folder(); folder.empty()) {
    fmt::print(stderr,
               "solder serve: the page is not built, only the stand-in is served; "
               "scripts/build_web.sh builds it\n");
  } else {
    page.emplace(folder, options);
    fmt::print("page at {}\n", page->address());
  }
  fmt::print("{} at {}; Ctrl-C ends\n", options.model.filename().string(), line->address());
  std::fflush(stdout);
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  serve_line(board, *line, interrupted);
}

}  // namespace

void add_serve_command(CLI::App& program) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App& command = *program.add_subcommand(
      "serve", "The web page with a virtual board, and a stand-in for a board over TCP");
  command.add_option(
      "MODEL", options->model,
      "A .tflite, .onnx, .h5 or .keras file; without it the project's MNIST network");
  command
      .add_option("--port", options->port,
                  "HTTP port of the page on this computer; 0 picks a free one")
      ->capture_default_str();
  command
      .add_option("--tcp", options->tcp_port,
                  "TCP port of the stand-in on this computer; 0 picks a free one")
      ->capture_default_str();
  command
      .add_option("--firmware", options->firmware,
                  "Image of the virtual boards, an ELF file; without it the project's with slots "
                  "for models")
      ->check(CLI::ExistingFile);
  add_kernels_option(command, options->kernels);
  command.callback([options] { serve(*options); });
}

}  // namespace solder::cli
