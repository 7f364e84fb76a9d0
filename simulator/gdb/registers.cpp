#include "simulator/gdb/registers.h"

#include <fmt/format.h>

#include <cstring>
#include <iterator>
#include <string_view>

namespace simulator {
namespace {

constexpr int kPc = -1;

struct Register {
  std::string name;
  int engine;  // UC_ARM_REG_*, or kPc
  unsigned bits;
  std::string_view type;
};

struct Feature {
  std::string_view name;
  std::vector<Register> registers;
};

std::vector<Feature> make_features() {
  std::vector<Register> core, vfp;
  for (int i = 0; i <= 12; ++i) {
    core.push_back({fmt::format("r{}", i), UC_ARM_REG_R0 + i, 32, "uint32"});
  }
  core.push_back({"sp", UC_ARM_REG_SP, 32, "data_ptr"});
  core.push_back({"lr", UC_ARM_REG_LR, 32, "uint32"});
  core.push_back({"pc", kPc, 32, "code_ptr"});
  core.push_back({"xpsr", UC_ARM_REG_XPSR, 32, "uint32"});
  for (int i = 0; i <= 15; ++i) {
    vfp.push_back({fmt::format("d{}", i), UC_ARM_REG_D0 + i, 64, "ieee_double"});
  }
  vfp.push_back({"fpscr", UC_ARM_REG_FPSCR, 32, "uint32"});
  return {{"org.gnu.gdb.arm.m-profile", core},
          {"org.gnu.gdb.arm.vfp", vfp},
          {"org.gnu.gdb.arm.m-system",
           {{"msp", UC_ARM_REG_MSP, 32, "data_ptr"},
            {"psp", UC_ARM_REG_PSP, 32, "data_ptr"},
            {"primask", UC_ARM_REG_PRIMASK, 32, "uint32"},
            {"basepri", UC_ARM_REG_BASEPRI, 32, "uint32"},
            {"faultmask", UC_ARM_REG_FAULTMASK, 32, "uint32"},
            {"control", UC_ARM_REG_CONTROL, 32, "uint32"}}}};
}

const std::vector<Feature>& features() {
  static const std::vector<Feature> all = make_features();
  return all;
}

const std::vector<Register>& registers() {
  static const std::vector<Register> all = [] {
    std::vector<Register> out;
    for (const Feature& feature : features()) {
      out.insert(out.end(), feature.registers.begin(), feature.registers.end());
    }
    return out;
  }();
  return all;
}

}  // namespace

std::size_t gdb_register_count() { return registers().size(); }

std::size_t gdb_register_size(std::size_t number) { return registers()[number].bits / 8; }

std::vector<std::uint8_t> read_gdb_register(const Core& core, std::size_t number) {
  const Register& reg = registers()[number];
  std::uint64_t value = reg.engine == kPc ? core.pc() : core.get_register(reg.engine);
  std::vector<std::uint8_t> out(reg.bits / 8);
  std::memcpy(out.data(), &value, out.size());
  return out;
}

bool write_gdb_register(Core& core, std::size_t number, std::span<const std::uint8_t> bytes) {
  const Register& reg = registers()[number];
  if (bytes.size() != reg.bits / 8) return false;
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  if (reg.engine == kPc) {
    core.set_pc(static_cast<std::uint32_t>(value));
  } else {
    core.set_register(reg.engine, value);
  }
  return true;
}

const std::string& gdb_target_description() {
  static const std::string xml = [] {
    std::string out =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
        "<target version=\"1.0\">\n<architecture>arm</architecture>\n";
    for (const Feature& feature : features()) {
      fmt::format_to(std::back_inserter(out), "<feature name=\"{}\">\n", feature.name);
      for (const Register& reg : feature.registers) {
        fmt::format_to(std::back_inserter(out), "<reg name=\"{}\" bitsize=\"{}\" type=\"{}\"/>\n",
                       reg.name, reg.bits, reg.type);
      }
      out += "</feature>\n";
    }
    return out + "</target>\n";
  }();
  return xml;
}

}  // namespace simulator
