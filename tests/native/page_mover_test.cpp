// Mapped weights on their way to large pages: nobody who reads them notices.
#include "core/page_mover.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "api/read_config.h"
#include "core/tensor_specs.h"
#include "core/thread_pool.h"
#include "harness.h"
#include "temporary_file.h"
#include "tiny_model.h"

namespace {

using mamba::kLargePage;
using mamba::MappedFile;
using mamba::PageMover;
using std::chrono::milliseconds;
using test::call;
using test::Failure;
using test::ModelHandle;
using test::TemporaryFile;

// Some large pages and a rest, no two of the same bytes.
std::vector<char> many_bytes() {
  std::vector<char> bytes(12 * kLargePage + 12345);
  uint32_t value = 1;
  for (char& byte : bytes) {
    value = value * 1664525 + 1013904223;
    byte = char(value >> 24);
  }
  return bytes;
}

// A file, mapped and read.
struct Mapped {
  Mapped() : bytes(many_bytes()), disk(bytes) {
    file = MappedFile::open(disk.path);
    mamba::ThreadPool pool(2);
    data = static_cast<const char*>(file->read(0, bytes.size(), pool));
  }
  bool same(std::size_t count) const {
    return std::memcmp(data, bytes.data(), count) == 0;
  }
  // Other bytes on the disk: a mapping shows them, a copy does not.
  void overwrite() const {
    const int descriptor = open(disk.path.c_str(), O_WRONLY);
    std::vector<char> others = bytes;
    for (char& byte : others) byte = char(~byte);
    CHECK(pwrite(descriptor, others.data(), others.size(), 0) ==
          ssize_t(others.size()));
    close(descriptor);
  }

  const std::vector<char> bytes;
  const TemporaryFile disk;
  std::shared_ptr<const MappedFile> file;
  const char* data = nullptr;
};

#if defined(__linux__)

// Whether the system does what MADV_POPULATE_READ asks for: an emulator may
// only say so.
bool populates() {
  constexpr int kPopulateRead = 22;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* data =
      mmap(nullptr, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned char resident = 0;
  const bool done = data != MAP_FAILED &&
                    madvise(data, page, kPopulateRead) == 0 &&
                    mincore(data, page, &resident) == 0;
  if (data != MAP_FAILED) munmap(data, page);
  return done && (resident & 1) == 1;
}

void check_brought_in() {
  const TemporaryFile disk(many_bytes());
  const auto file = MappedFile::open(disk.path);
  const int descriptor = open(disk.path.c_str(), O_RDONLY);
  CHECK(fsync(descriptor) == 0);
  CHECK(posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0);
  close(descriptor);
  mamba::ThreadPool pool(2);
  void* data = const_cast<void*>(file->read(0, file->size(), pool));
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> resident((file->size() + page - 1) / page);
  CHECK(mincore(data, file->size(), resident.data()) == 0);
  CHECK(std::all_of(resident.begin(), resident.end(),
                    [](unsigned char bits) { return (bits & 1) == 1; }));
}

[[maybe_unused]] const bool kAdded =
    populates() &&
    test::add("MappedFile::read() brings in what the system has not in memory",
              check_brought_in);

#endif

TEST("PageMover keeps bytes and addresses while others read them") {
  const Mapped mapped;
  PageMover mover(milliseconds(0));
  mover.add(mapped.file, 64, mapped.bytes.size() - 64);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    do {
      if (!mapped.same(mapped.bytes.size())) ++wrong;
    } while (!stop);
  });
  mover.start();
  mover.wait();
  stop = true;
  reader.join();
  CHECK(wrong == 0);
  CHECK(mapped.same(mapped.bytes.size()));
  // Nothing of this erases what is in its place now.
  mapped.file->forget(0, mapped.bytes.size());
  CHECK(mapped.same(mapped.bytes.size()));
}

TEST("PageMover copies pages that are mostly in use, and no others") {
  // Where the system has no large pages, none is.
  const bool pays = mamba::copying_pays(many_bytes().size());
  const Mapped mapped;
  const uint64_t first = mapped.file->large_page_offset(0);
  PageMover mover(milliseconds(0));
  mover.add(mapped.file, first + 2 * kLargePage, 3 * kLargePage);
  mover.add(mapped.file, first + 7 * kLargePage, kLargePage / 2 - 1);
  mover.start();
  mover.wait();
  mapped.overwrite();
  for (uint64_t page = 0; page < mapped.file->large_pages(); ++page) {
    const uint64_t at = mapped.file->large_page_offset(page);
    const bool copied = pays && page >= 2 && page < 5;
    CHECK((std::memcmp(mapped.data + at, &mapped.bytes[at], kLargePage) == 0) ==
          copied);
  }
}

TEST("~PageMover() ends the copying wherever it is") {
  const Mapped mapped;
  for (int i = 0; i < 20; ++i) {
    PageMover mover(milliseconds(i == 0 ? 100000 : 0));
    mover.add(mapped.file, 0, mapped.bytes.size());
    mover.start();
    for (int spin = 0; spin < i; ++spin) CHECK(mapped.same(1 << 16));
  }
  CHECK(mapped.same(mapped.bytes.size()));
}

TEST("PageMover leaves mapped what it cannot read") {
  const Mapped mapped;
  PageMover mover(milliseconds(100000));
  mover.add(mapped.file, 0, mapped.bytes.size());
  mover.start();
  const std::size_t rest = 5 * kLargePage;
  CHECK(truncate(mapped.disk.path.c_str(), off_t(rest)) == 0);
  mover.wait();
  CHECK(mapped.same(rest));
}

TEST("PageMover has nothing to do for small files, or none") {
  PageMover none;
  none.start();
  none.wait();
  const TemporaryFile disk(std::vector<char>(4096, 'a'));
  const auto file = MappedFile::open(disk.path);
  mamba::ThreadPool pool(2);
  const char* data = static_cast<const char*>(file->read(0, 4096, pool));
  PageMover mover;
  mover.add(file, 0, 4096);
  mover.start();
  mover.wait();
  CHECK(data[4095] == 'a');
}

// Large enough to be worth it.
mamba_model_config large_config() {
  mamba_model_config config = test::mamba1_config();
  config.d_model = 512;
  config.d_inner = 1024;
  return config;
}

// The arguments of mamba_model_map_tensors for all tensors of a model.
struct AllTensors {
  explicit AllTensors(const ModelHandle& source) {
    const auto config = mamba::read_config(large_config());
    for (const mamba::TensorSpec& spec : mamba::tensor_specs(config)) {
      names += spec.name + '\0';
      stored.push_back(MAMBA_F32);
      ranks.push_back(uint32_t(spec.shape.size()));
      shapes.insert(shapes.end(), spec.shape.begin(), spec.shape.end());
      offsets.push_back(bytes.size());
      const std::size_t size = std::size_t(spec.count()) * 4;
      bytes.resize(bytes.size() + size);
      CHECK(call(mamba_model_read_tensor, source.get(), spec.name.c_str(),
                 static_cast<void*>(&bytes[offsets.back()]), uint64_t{size})
                .status == MAMBA_OK);
    }
  }
  Failure map(const ModelHandle& model, mamba_file* file) const {
    return call(mamba_model_map_tensors, model.get(), file,
                uint32_t(offsets.size()), names.c_str(), stored.data(),
                ranks.data(), shapes.data(), offsets.data(),
                uint32_t{MAMBA_AS_STORED});
  }

  std::string names;
  std::vector<uint32_t> stored, ranks;
  std::vector<uint64_t> shapes, offsets;
  std::vector<char> bytes;
};

TEST("model_settle() changes no bit of what a mapped model computes") {
  const test::Device& device = test::all_devices().back();
  const ModelHandle source = test::make_model(large_config(), device);
  const AllTensors tensors(source);
  const TemporaryFile disk(tensors.bytes);
  const ModelHandle model = test::make_unfinished(large_config(), device);
  mamba_file* file = nullptr;
  CHECK(call(mamba_file_open, disk.path.c_str(), &file).status == MAMBA_OK);
  CHECK(tensors.map(model, file).status == MAMBA_OK);
  mamba_file_close(file);
  CHECK(call(mamba_model_settle, model.get()).status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_model_finish, model.get()).status == MAMBA_OK);
  const auto tokens = test::some_tokens(3);
  const auto wanted = test::feed(source, test::make_state(source), tokens, 3);
  std::atomic<bool> settled{false};
  std::thread settler([&] {
    CHECK(call(mamba_model_settle, model.get()).status == MAMBA_OK);
    settled = true;
  });
  bool last = false;
  do {
    last = settled;
    CHECK(test::feed(model, test::make_state(model), tokens, 3) == wanted);
  } while (!last);
  settler.join();
}

TEST("map_tensors() keeps the tensors before one that it refuses") {
  const test::Device& device = test::all_devices().front();
  AllTensors tensors(test::make_model(large_config(), device));
  const TemporaryFile disk(tensors.bytes);
  const ModelHandle model = test::make_unfinished(large_config(), device);
  mamba_file* file = nullptr;
  CHECK(call(mamba_file_open, disk.path.c_str(), &file).status == MAMBA_OK);
  const uint64_t offset = tensors.offsets[1];
  tensors.offsets[1] = tensors.bytes.size();
  CHECK(tensors.map(model, file).status == MAMBA_IO);
  tensors.offsets[1] = offset;
  const Failure again = tensors.map(model, file);
  CHECK(again.status == MAMBA_INVALID_ARGUMENT);
  CHECK(again.text.find("embedding.weight: it was added before") !=
        std::string::npos);
  mamba_file_close(file);
}

}  // namespace

int main() { return test::run_all(); }
