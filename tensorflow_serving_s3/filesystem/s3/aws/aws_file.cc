// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_file.h"

#include <cstddef>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

// Returns the length in bytes of the white space character at `at`, or 0.
// Includes Unicode white space and, like Python, the ASCII separators.
size_t SpaceAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  const unsigned first = byte(0);
  if ((first >= 0x09 && first <= 0x0d) || (first >= 0x1c && first <= 0x20)) {
    return 1;
  }
  if (first == 0xc2 && (byte(1) == 0x85 || byte(1) == 0xa0)) {
    return 2;
  }
  const unsigned rest = byte(1) << 8 | byte(2);
  if (first == 0xe1 && rest == 0x9a80) {
    return 3;
  }
  if (first == 0xe2 && ((rest >= 0x8080 && rest <= 0x808a) || rest == 0x80a8 ||
                        rest == 0x80a9 || rest == 0x80af || rest == 0x819f)) {
    return 3;
  }
  return first == 0xe3 && rest == 0x8080 ? 3 : 0;
}

std::string_view StripLeft(std::string_view text) {
  while (const size_t space = SpaceAt(text, 0)) {
    text.remove_prefix(space);
  }
  return text;
}

std::string_view StripRight(std::string_view text) {
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t space = SpaceAt(text, at);
    at += space == 0 ? 1 : space;
    if (space == 0) {
      end = at;
    }
  }
  return text.substr(0, end);
}

std::string_view Strip(std::string_view text) {
  return StripRight(StripLeft(text));
}

// Counts the characters of UTF-8 text.
int CountCharacters(std::string_view text) {
  int count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++count;
    }
  }
  return count;
}

// Splits at \n, \r\n and \r.
std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
    const bool both = text.substr(end, 2) == "\r\n";
    text.remove_prefix(end + (both ? 2 : 1));
  }
  return lines;
}

std::string At(int line, int column) {
  return "line " + std::to_string(line) + ", column " + std::to_string(column) +
         ": ";
}

Status SyntaxError(int line, int column, const std::string& what) {
  return {TF_FAILED_PRECONDITION, At(line, column) + what};
}

struct Line {
  std::string text;
  int number;
  int column;  // Of the first character that is not a space.
};
// The first line is the text after the delimiter.
using RawValue = std::vector<Line>;
using RawValues = std::map<std::string, RawValue>;

std::string Join(const RawValue& value) {
  std::string text;
  for (const Line& line : value) {
    text += (&line == &value.front() ? "" : "\n") + line.text;
  }
  return std::string(StripRight(text));
}

Result<AwsFile::Group> ParseGroup(const std::string& key,
                                  const RawValue& value) {
  AwsFile::Group group;
  for (const Line& line : value) {
    if (line.text.empty()) {
      continue;
    }
    const size_t equals = line.text.find('=');
    if (equals == std::string::npos) {
      return SyntaxError(
          line.number, line.column,
          "expected name = value, because this line belongs to the "
          "group " +
              key + "; write a value on the line of its name");
    }
    const std::string_view text = line.text;
    group[std::string(Strip(text.substr(0, equals)))] =
        Strip(text.substr(equals + 1));
  }
  return group;
}

// Parses line by line. Keeps the sections in their order.
class Parser {
 public:
  Status ParseLine(std::string_view line) {
    ++number_;
    const std::string_view value = Strip(line);
    if (!value.empty() && (value.front() == '#' || value.front() == ';')) {
      return {};
    }
    if (value.empty()) {
      if (value_ != nullptr) {
        value_->push_back({"", number_, 1});
      }
      return {};
    }
    const int indent = CountCharacters(
        line.substr(0, static_cast<size_t>(value.data() - line.data())));
    column_ = indent + 1;
    if (value_ != nullptr && indent > indent_) {
      value_->push_back({std::string(value), number_, column_});
      return {};
    }
    indent_ = indent;
    const size_t bracket = value.rfind(']');
    if (value.front() == '[' && bracket != std::string_view::npos &&
        bracket >= 2) {
      BeginSection(std::string(value.substr(1, bracket - 1)));
      return {};
    }
    return ParseValue(value);
  }

  struct RawSection {
    std::string name;
    RawValues values;
  };
  const std::vector<RawSection>& sections() const { return sections_; }
  const RawValues& defaults() const { return defaults_.values; }
  std::vector<std::string>& remarks() { return remarks_; }

 private:
  void BeginSection(const std::string& name) {
    value_ = nullptr;
    if (name == "DEFAULT") {
      current_ = kDefaults;
      return;
    }
    for (size_t i = 0; i < sections_.size(); ++i) {
      if (sections_[i].name != name) {
        continue;
      }
      current_ = static_cast<int>(i);
      remarks_.push_back(At(number_, column_) + "the section [" + name +
                         "] is a duplicate; its values override those of the "
                         "first");
      return;
    }
    current_ = static_cast<int>(sections_.size());
    sections_.push_back({name, {}});
  }

  Status ParseValue(std::string_view line) {
    if (line.front() == '[') {
      const size_t delimiter = line.find_first_of("=:");
      if (current_ == kNone || delimiter == std::string_view::npos) {
        return SyntaxError(
            number_, column_,
            "the header of this section is incomplete: write "
            "[default], or [profile NAME] in the config file and "
            "[NAME] in the credentials file");
      }
    }
    if (current_ == kNone) {
      return SyntaxError(
          number_, column_,
          "expected the header of a section before the first value: "
          "[default], or [profile NAME] in the config file and [NAME] "
          "in the credentials file");
    }
    const size_t delimiter = line.find_first_of("=:");
    if (delimiter == std::string_view::npos) {
      return SyntaxError(number_, column_,
                         "expected name = value, or the header of a section in "
                         "brackets");
    }
    const std::string key =
        Lowercase(std::string(StripRight(line.substr(0, delimiter))));
    if (key.empty()) {
      return SyntaxError(number_, column_,
                         "expected a name before the " +
                             std::string(line.substr(delimiter, 1)));
    }
    RawSection& section = current_ == kDefaults
                              ? defaults_
                              : sections_[static_cast<size_t>(current_)];
    if (section.values.count(key) != 0) {
      remarks_.push_back(At(number_, column_) + key +
                         " is a duplicate in its section; the later value "
                         "wins");
    }
    value_ = &section.values[key];
    *value_ = {
        {std::string(Strip(line.substr(delimiter + 1))), number_, column_}};
    return {};
  }

  static constexpr int kNone = -1;
  static constexpr int kDefaults = -2;

  int number_ = 0;
  int column_ = 1;
  int indent_ = 0;
  int current_ = kNone;        // An index of sections_, or one of the above.
  RawValue* value_ = nullptr;  // The last value; the next line may continue it.
  std::vector<RawSection> sections_;
  RawSection defaults_;
  std::vector<std::string> remarks_;
};

Result<AwsFile::Section> MakeSection(const std::string& name,
                                     const RawValues& values) {
  AwsFile::Section section;
  section.name = name;
  for (const auto& [key, raw] : values) {
    const std::string text = Join(raw);
    if (text.empty() || text.front() != '\n') {
      section.values[key] = text;
      continue;
    }
    Result<AwsFile::Group> group = ParseGroup(key, raw);
    if (!group.ok()) {
      return group.status();
    }
    section.groups[key] = *std::move(group);
  }
  return section;
}

}  // namespace

Result<AwsFile> AwsFile::Parse(std::string_view text) {
  if (text.compare(0, 3, kByteOrderMark) == 0) {
    text.remove_prefix(3);
  }
  Parser parser;
  for (const std::string_view line : SplitLines(text)) {
    const Status status = parser.ParseLine(line);
    if (!status.ok()) {
      return status;
    }
  }
  AwsFile file;
  for (const auto& [name, own] : parser.sections()) {
    RawValues values = own;
    values.insert(parser.defaults().begin(), parser.defaults().end());
    Result<Section> section = MakeSection(name, values);
    if (!section.ok()) {
      return section.status();
    }
    file.sections_.push_back(*std::move(section));
  }
  file.remarks_ = std::move(parser.remarks());
  return file;
}

bool AwsFile::Section::Has(const std::string& key) const {
  return values.count(key) != 0 || groups.count(key) != 0;
}

std::optional<std::string> AwsFile::Section::Find(
    const std::string& property) const {
  const size_t dot = property.find('.');
  if (dot == std::string::npos) {
    const auto value = values.find(property);
    if (value == values.end()) {
      return std::nullopt;
    }
    return value->second;
  }
  const auto group = groups.find(property.substr(0, dot));
  if (group == groups.end()) {
    return std::nullopt;
  }
  const auto value = group->second.find(property.substr(dot + 1));
  if (value == group->second.end()) {
    return std::nullopt;
  }
  return value->second;
}

std::optional<std::string> NameInHeader(std::string_view header) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (size_t i = 0; i < header.size(); ++i) {
    const char c = header[i];
    const bool last = i + 1 == header.size();
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else if (c == '\\' && quote == '"') {
        if (last) {
          return std::nullopt;
        }
        const char next = header[i + 1];
        if (next == '"' || next == '\\') {
          word += next;
          ++i;
        } else {
          word += c;
        }
      } else {
        word += c;
      }
    } else if (c == ' ' || c == '\t') {
      if (in_word) {
        words.push_back(std::exchange(word, ""));
      }
      in_word = false;
    } else {
      in_word = true;
      if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '\\') {
        if (last) {
          return std::nullopt;
        }
        word += header[++i];
      } else {
        word += c;
      }
    }
  }
  if (quote != '\0') {
    return std::nullopt;
  }
  if (in_word) {
    words.push_back(word);
  }
  if (words.size() != 2) {
    return std::nullopt;
  }
  return words[1];
}

}  // namespace s3
}  // namespace tfs3
