#include "compiler/importers/keras/testing.h"

#include <gtest/gtest.h>
#include <hdf5.h>
#include <zip.h>

#include <map>

#include "compiler/importers/keras/keras_importer.h"

namespace solder::compiler::testing {
namespace {

// Where a .keras file keeps the weights of the first layer of a class.
const std::map<std::string, std::string> kGroups = {
    {"BatchNormalization", "batch_normalization"},
    {"Bidirectional", "bidirectional"},
    {"Conv1D", "conv1d"},
    {"Conv1DTranspose", "conv1d_transpose"},
    {"Conv2D", "conv2d"},
    {"Conv2DTranspose", "conv2d_transpose"},
    {"Dense", "dense"},
    {"DepthwiseConv1D", "depthwise_conv1d"},
    {"DepthwiseConv2D", "depthwise_conv2d"},
    {"Embedding", "embedding"},
    {"GRU", "gru/cell"},
    {"LSTM", "lstm/cell"},
    {"Normalization", "normalization"},
    {"PReLU", "p_re_lu"},
    {"SeparableConv1D", "separable_conv1d"},
    {"SeparableConv2D", "separable_conv2d"},
    {"SimpleRNN", "simple_rnn/cell"},
    {"TimeDistributed", "time_distributed/layer"},
};

class H5Writer {
 public:
  explicit H5Writer(const H5Style& style) : style_(style) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, 0);
    if (style.is_newest_format) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    file_ = H5Fcreate("test.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
  }

  std::vector<uint8_t> finish() {
    H5Fflush(file_, H5F_SCOPE_GLOBAL);
    std::vector<uint8_t> bytes(static_cast<size_t>(H5Fget_file_image(file_, nullptr, 0)));
    H5Fget_file_image(file_, bytes.data(), bytes.size());
    H5Fclose(file_);
    return bytes;
  }

  void group(const std::string& path) {
    const hid_t links = link_properties();
    H5Gclose(H5Gcreate2(file_, path.c_str(), links, H5P_DEFAULT, H5P_DEFAULT));
    H5Pclose(links);
  }

  void text(const std::string& path, const char* name, const std::string& value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    write_texts(path, name, {value}, space);
    H5Sclose(space);
  }

  void texts(const std::string& path, const char* name, const std::vector<std::string>& values) {
    const hsize_t count = values.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    write_texts(path, name, values, space);
    H5Sclose(space);
  }

  void floats(const std::string& path, const KerasWeight& weight) {
    const std::vector<hsize_t> dims(weight.dims.begin(), weight.dims.end());
    const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
    const hid_t links = link_properties();
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (style_.is_compressed) {
      H5Pset_chunk(creation, static_cast<int>(dims.size()), dims.data());
      H5Pset_deflate(creation, 1);
    }
    const hid_t type = weight.is_count ? H5Tcopy(H5T_STD_I64LE) : float_type();
    const hid_t dataset =
        H5Dcreate2(file_, path.c_str(), type, space, links, creation, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, weight.values.data());
    H5Dclose(dataset);
    H5Tclose(type);
    H5Pclose(creation);
    H5Pclose(links);
    H5Sclose(space);
  }

 private:
  // With all groups on the way.
  static hid_t link_properties() {
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    return links;
  }

  hid_t float_type() const {
    const hid_t type = H5Tcopy(style_.float_bits == 64 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE);
    if (style_.float_bits == 16) {
      H5Tset_fields(type, 15, 10, 5, 0, 10);
      H5Tset_size(type, 2);
      H5Tset_ebias(type, 15);
    }
    return type;
  }

  void write_texts(const std::string& path, const char* name,
                   const std::vector<std::string>& values, hid_t space) {
    size_t longest = 1;
    for (const std::string& value : values) longest = std::max(longest, value.size());
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, style_.has_fixed_texts ? longest : H5T_VARIABLE);
    if (style_.has_fixed_texts) H5Tset_strpad(type, H5T_STR_NULLPAD);
    const hid_t attribute = H5Acreate_by_name(file_, path.c_str(), name, type, space, H5P_DEFAULT,
                                              H5P_DEFAULT, H5P_DEFAULT);
    std::string fixed;
    std::vector<const char*> variable;
    for (const std::string& value : values) {
      variable.push_back(value.c_str());
      fixed += value + std::string(longest - value.size(), '\0');
    }
    H5Awrite(attribute, type,
             style_.has_fixed_texts ? static_cast<const void*>(fixed.data()) : variable.data());
    H5Aclose(attribute);
    H5Tclose(type);
  }

  H5Style style_;
  hid_t file_;
};

}  // namespace

KerasFile::KerasFile(const std::vector<int64_t>& input) {
  Json shape = {nullptr};
  for (const int64_t dim : input) shape.push_back(dim);
  config = {{"class_name", "Sequential"},
            {"config",
             {{"name", "test"},
              {"layers",
               {{{"class_name", "InputLayer"},
                 {"config", {{"name", "x"}, {"batch_input_shape", shape}}}}}}}}};
}

KerasFile& KerasFile::layer(const std::string& class_name, const Json& arguments,
                            const std::vector<KerasWeight>& weights) {
  Json json = {{"class_name", class_name}, {"config", arguments}};
  if (!json["config"].contains("name")) json["config"]["name"] = "y";
  if (!weights.empty())
    this->weights(json["config"]["name"], "layers/" + kGroups.at(class_name), weights);
  config["config"]["layers"].push_back(std::move(json));
  return *this;
}

KerasFile& KerasFile::weights(const std::string& layer, const std::string& group,
                              const std::vector<KerasWeight>& weights) {
  groups_.push_back({layer, group, weights});
  for (KerasWeight& weight : groups_.back().weights) {
    int64_t count = 1;
    for (const int64_t dim : weight.dims) count *= dim;
    if (weight.values.empty()) weight.values = counting_floats(count);
  }
  return *this;
}

std::vector<uint8_t> KerasFile::h5(const H5Style& style) const {
  H5Writer writer(style);
  writer.text("/", "model_config", config.dump());
  writer.text("/", "keras_version", keras_version);
  writer.group("model_weights");
  for (const Group& group : groups_) {
    const std::string path = "model_weights/" + group.layer;
    writer.group(path);
    std::vector<std::string> names;
    for (const KerasWeight& weight : group.weights) {
      names.push_back(weight.name.contains('/') ? weight.name : group.layer + "/" + weight.name);
      writer.floats(path + "/" + names.back(), weight);
    }
    writer.texts(path, "weight_names", names);
  }
  return writer.finish();
}

std::vector<uint8_t> KerasFile::keras_weights() const {
  H5Writer writer({});
  for (const Group& group : groups_)
    for (size_t i = 0; i < group.weights.size(); ++i)
      writer.floats(group.group + "/vars/" + std::to_string(i), group.weights[i]);
  return writer.finish();
}

std::vector<uint8_t> KerasFile::keras() const {
  const std::string text = config.dump();
  const std::string metadata = Json{{"keras_version", keras_version}}.dump();
  return zip_of({{"metadata.json", {metadata.begin(), metadata.end()}},
                 {"config.json", {text.begin(), text.end()}},
                 {"model.weights.h5", keras_weights()}});
}

Graph KerasFile::import() const {
  Graph graph = import_keras_h5(h5());
  EXPECT_EQ(import_keras_zip(keras()), graph);
  return graph;
}

std::string KerasFile::import_error() const {
  try {
    import_keras_h5(h5());
  } catch (const ModelError& error) {
    return error.what();
  }
  ADD_FAILURE() << "imported without an error";
  return "";
}

KerasFile one_layer(const std::vector<int64_t>& input, const std::string& class_name,
                    const Json& arguments, const std::vector<KerasWeight>& weights) {
  return KerasFile(input).layer(class_name, arguments, weights);
}

std::vector<uint8_t> zip_of(
    const std::vector<std::pair<std::string, std::vector<uint8_t>>>& files) {
  zip_error_t error;
  zip_source_t* buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(buffer);
  zip_t* archive = zip_open_from_source(buffer, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : files) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    // As Keras does, which leaves weights as they are.
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                             name == "config.json" ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  zip_close(archive);
  zip_source_open(buffer);
  zip_source_seek(buffer, 0, SEEK_END);
  std::vector<uint8_t> bytes(static_cast<size_t>(zip_source_tell(buffer)));
  zip_source_seek(buffer, 0, SEEK_SET);
  zip_source_read(buffer, bytes.data(), bytes.size());
  zip_source_close(buffer);
  zip_source_free(buffer);
  return bytes;
}

}  // namespace solder::compiler::testing
