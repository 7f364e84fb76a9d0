#include "compiler/data/png.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace solder::compiler {
namespace {

void check_size(const png_image& image, const Shape& shape, int32_t channels) {
  const bool has_sides = shape.rank >= 3 && shape.dims[shape.rank - 1] == channels;
  const int64_t height = image.height, width = image.width;
  if (has_sides) {
    const int32_t* sides = &shape.dims[shape.rank - 3];
    if (height == sides[0] && width == sides[1]) return;
    throw std::runtime_error(fmt::format(
        "is {} wide and {} high, but the input {} by {}; scale it first, as by mogrify -resize "
        "'{}x{}!'",
        width, height, sides[1], sides[0], sides[1], sides[0]));
  }
  if (height * width * channels != shape.elements())
    throw std::runtime_error(fmt::format("has {} x {} pixels, but the input {} values", width,
                                         height, shape.elements()));
}

}  // namespace

std::vector<float> read_png(std::span<const uint8_t> bytes, const Shape& shape, PixelRange range) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, decltype(&png_image_free)> guard(&image, &png_image_free);
  const auto fail = [&] {
    return std::runtime_error(fmt::format("is no readable PNG image: {}", image.message));
  };
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) throw fail();
  const int32_t channels = shape.rank > 0 && shape.dims[shape.rank - 1] == 3 ? 3 : 1;
  check_size(image, shape, channels);
  image.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  std::vector<uint8_t> pixels(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) throw fail();
  std::vector<float> values(pixels.size());
  std::ranges::transform(pixels, values.begin(), [&](uint8_t pixel) {
    return range.black + (range.white - range.black) * (static_cast<float>(pixel) / 255.0F);
  });
  return values;
}

}  // namespace solder::compiler
