//===- PlanFile.cpp - The container of a plan ------------------------------===//

#include "runtime/plan/PlanFile.h"

#include <fmt/format.h>
#include <zlib.h>

#include <bit>
#include <cstddef>
#include <cstring>

namespace quantir::runtime {
namespace {

static_assert(std::endian::native == std::endian::little,
              "plan files hold little-endian constants that are used in place");

constexpr char planMagic[8] = {'Q', 'T', 'I', 'R', 'P', 'L', 'A', 'N'};

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t headerSize;
  uint64_t graphOffset;
  uint64_t graphSize;
  uint64_t constantsOffset;
  uint64_t constantsSize;
  uint64_t fileSize;
  uint32_t checksum; ///< CRC-32 of the whole file with this field 0
  uint32_t reserved; ///< 0
};
static_assert(sizeof(Header) == 64);

uint32_t checksumOf(std::span<const uint8_t> file) {
  static constexpr uint8_t zeros[sizeof(Header::checksum)] = {};
  constexpr size_t at = offsetof(Header, checksum);
  constexpr size_t after = at + sizeof(Header::checksum);
  uLong crc = crc32_z(0, file.data(), at);
  crc = crc32_z(crc, zeros, sizeof(zeros));
  return static_cast<uint32_t>(crc32_z(crc, file.data() + after, file.size() - after));
}

uint64_t alignUp(uint64_t offset) {
  return (offset + constantAlignment - 1) / constantAlignment * constantAlignment;
}

} // namespace

std::vector<uint8_t> assemblePlanFile(std::span<const uint8_t> graph,
                                      std::span<const uint8_t> constants) {
  Header header = {};
  std::memcpy(header.magic, planMagic, sizeof(planMagic));
  header.version = planFormatVersion;
  header.headerSize = sizeof(Header);
  header.graphOffset = sizeof(Header);
  header.graphSize = graph.size();
  header.constantsOffset = alignUp(header.graphOffset + header.graphSize);
  header.constantsSize = constants.size();
  header.fileSize = header.constantsOffset + header.constantsSize;

  std::vector<uint8_t> file(header.fileSize, 0);
  if (!graph.empty())
    std::memcpy(file.data() + header.graphOffset, graph.data(), graph.size());
  if (!constants.empty())
    std::memcpy(file.data() + header.constantsOffset, constants.data(), constants.size());
  std::memcpy(file.data(), &header, sizeof(header));
  header.checksum = checksumOf(file);
  std::memcpy(file.data(), &header, sizeof(header));
  return file;
}

bool isPlanFile(std::span<const uint8_t> file) {
  return file.size() >= sizeof(planMagic) &&
         std::memcmp(file.data(), planMagic, sizeof(planMagic)) == 0;
}

Result<PlanSections> parsePlanFile(std::span<const uint8_t> file) {
  Header header;
  if (!isPlanFile(file))
    return Status::invalidModel(
        "not a plan file: it does not begin with \"QTIRPLAN\"; make one with "
        "'quantir quantize' or 'qtranslate'");
  if (file.size() < sizeof(header))
    return Status::invalidModel(
        fmt::format("the file is cut off: expected at least {} bytes, but got {}; "
                    "copy it again or make the plan again",
                    sizeof(header), file.size()));
  std::memcpy(&header, file.data(), sizeof(header));
  if (header.version != planFormatVersion)
    return Status::unsupported(
        fmt::format("expected plan format version {}, but got {}; make the plan "
                    "again with this version of Quantir",
                    planFormatVersion, header.version));
  if (header.fileSize != file.size())
    return Status::invalidModel(
        fmt::format("the file is cut off or damaged: its header says {} bytes, but "
                    "it has {}; copy it again or make the plan again",
                    header.fileSize, file.size()));
  if (header.checksum != checksumOf(file))
    return Status::invalidModel(
        "the file is damaged: its checksum does not match; copy it again or make "
        "the plan again");
  // The checksum matches, so what is wrong from here on was written wrong.
  bool inOrder = header.headerSize == sizeof(Header) && header.graphOffset == sizeof(Header) &&
                 header.graphSize <= header.fileSize - header.graphOffset &&
                 header.constantsOffset == alignUp(header.graphOffset + header.graphSize) &&
                 header.constantsOffset <= header.fileSize &&
                 header.constantsSize == header.fileSize - header.constantsOffset &&
                 header.reserved == 0;
  if (!inOrder)
    return Status::invalidModel(
        "the header's sections do not fit the file; make the plan again with this "
        "version of Quantir");
  return PlanSections{file.subspan(header.graphOffset, header.graphSize),
                      file.subspan(header.constantsOffset, header.constantsSize)};
}

} // namespace quantir::runtime
