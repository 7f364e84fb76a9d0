#include "simulator/elf/image.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "simulator/boards/board.h"

namespace simulator {
namespace {

namespace fs = std::filesystem;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class DamagedImage : public testing::Test {
 protected:
  ~DamagedImage() override { fs::remove(path_); }
  void expect_error(const std::string& bytes, const std::string& part) {
    std::ofstream(path_, std::ios::binary) << bytes;
    try {
      Board board(*find_board("stm32f746g-disco"), Image::load(path_.string()));
      FAIL() << "no error: " << part;
    } catch (const ImageError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  const std::string good_ = contents(SIMULATOR_TEST_FIRMWARE);

 private:
  const fs::path path_ = fs::temp_directory_path() /
                         (std::string("image_test_") +
                          testing::UnitTest::GetInstance()->current_test_info()->name() + ".elf");
};

TEST(Image, FindsFunctions) {
  const Image image = Image::load(SIMULATOR_TEST_FIRMWARE);
  const auto ten = image.symbol("ten");
  ASSERT_TRUE(ten);
  EXPECT_EQ(image.describe(*ten + 4), "ten+0x4");
  EXPECT_EQ(image.describe(0x20000000), "");
  EXPECT_FALSE(image.symbol("no such function"));
  EXPECT_EQ(image.segments().at(0).load_address, 0x08000000u);
}

TEST_F(DamagedImage, Missing) {
  EXPECT_THROW(Image::load("/no/such/file.elf"), ImageError);
  EXPECT_THROW(Image::load("/"), ImageError);
}

TEST_F(DamagedImage, NotElf) {
  expect_error("", "not an ELF file");
  expect_error("hello", "not an ELF file");
  expect_error(contents("/proc/self/exe"), "not a program for a 32-bit Arm core");
}

TEST_F(DamagedImage, Truncated) {
  // Every cut gives an error or, where only symbols are lost, an image; never a crash.
  for (std::size_t size = 0; size < 256; size += 3) expect_error(good_.substr(0, size), ": ");
  expect_error(good_.substr(0, good_.size() / 8), ": ");
}

TEST_F(DamagedImage, OutsideTheMemoryMap) {
  std::string moved = good_;
  // The first program header: p_vaddr and p_paddr at 8 and 12.
  std::uint32_t table;
  std::memcpy(&table, &moved[28], 4);
  const std::uint32_t nowhere = 0x70000000;
  std::memcpy(&moved[table + 12], &nowhere, 4);
  expect_error(moved, "0x70000000 are outside the memory");
}

TEST_F(DamagedImage, RandomBytesNeverCrash) {
  std::uint32_t state = 1;
  for (int i = 0; i < 200; ++i) {
    std::string flipped = good_;
    for (int k = 0; k < 4; ++k) {
      state = state * 1664525 + 1013904223;
      flipped[state % (k < 2 ? 256 : flipped.size())] ^= static_cast<char>(state >> 24 | 1);
    }
    const fs::path path = fs::temp_directory_path() / "image_test_flipped.elf";
    std::ofstream(path, std::ios::binary) << flipped;
    try {
      Board board(*find_board("stm32f746g-disco"), Image::load(path.string()));
    } catch (const ImageError&) {
    }
    fs::remove(path);
  }
}

}  // namespace
}  // namespace simulator
