// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/flags.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tfs3 {
namespace {

constexpr size_t kHelpColumns = 80;
constexpr absl::string_view kHelpIndent = "      ";

// Returns the Levenshtein distance between `a` and `b`.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

const Flag* FindFlag(const std::vector<FlagGroup>& groups,
                     absl::string_view name) {
  for (const FlagGroup& group : groups) {
    for (const Flag& flag : group.flags) {
      if (flag.name == name) {
        return &flag;
      }
    }
  }
  return nullptr;
}

absl::Status UnknownFlag(const std::vector<FlagGroup>& groups,
                         absl::string_view name) {
  const Flag* nearest = nullptr;
  size_t distance = name.size() / 2 + 1;  // Spellings beyond it do not match.
  for (const FlagGroup& group : groups) {
    for (const Flag& flag : group.flags) {
      const size_t flag_distance = EditDistance(name, flag.name);
      if (flag_distance >= distance) {
        continue;
      }
      nearest = &flag;
      distance = flag_distance;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag --", name,
                   nearest == nullptr
                       ? ""
                       : absl::StrCat("; did you mean --", nearest->name, "?"),
                   " (--help lists all flags)"));
}

absl::Status SetValue(const Flag& flag, absl::string_view value) {
  if (std::string* const* text = std::get_if<std::string*>(&flag.value)) {
    **text = std::string(value);
    return absl::OkStatus();
  }
  if (bool* const* truth = std::get_if<bool*>(&flag.value)) {
    if (absl::SimpleAtob(value, *truth)) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag.name, "=", value, ": expected true or false"));
  }
  if (double* const* real = std::get_if<double*>(&flag.value)) {
    if (absl::SimpleAtod(value, *real)) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag.name, "=", value, ": expected a number"));
  }
  int64_t number;
  if (!absl::SimpleAtoi(value, &number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag.name, "=", value, ": expected a whole number"));
  }
  if (number < flag.min || number > flag.max) {
    return absl::InvalidArgumentError(absl::StrCat("--", flag.name, "=", value,
                                                   ": expected a number from ",
                                                   flag.min, " to ", flag.max));
  }
  *std::get<int64_t*>(flag.value) = number;
  return absl::OkStatus();
}

std::string DefaultOf(const Flag& flag) {
  if (bool* const* truth = std::get_if<bool*>(&flag.value)) {
    return **truth ? "true" : "false";
  }
  if (int64_t* const* number = std::get_if<int64_t*>(&flag.value)) {
    return absl::StrCat(**number);
  }
  if (double* const* real = std::get_if<double*>(&flag.value)) {
    return absl::StrCat(**real);
  }
  return absl::StrCat("\"", *std::get<std::string*>(flag.value), "\"");
}

void AppendHelp(const Flag& flag, std::string* help) {
  absl::StrAppend(help, "  --", flag.name, "=", DefaultOf(flag));
  size_t column = kHelpColumns;  // The first word starts a new line.
  for (absl::string_view word : absl::StrSplit(flag.help, ' ')) {
    if (column + 1 + word.size() > kHelpColumns) {
      absl::StrAppend(help, "\n", kHelpIndent, word);
      column = kHelpIndent.size() + word.size();
    } else {
      absl::StrAppend(help, " ", word);
      column += 1 + word.size();
    }
  }
  *help += '\n';
}

// Returns whether `argument` is the value of the bool flag before it.
bool IsBoolValue(absl::string_view argument) {
  return absl::EqualsIgnoreCase(argument, "true") ||
         absl::EqualsIgnoreCase(argument, "false") || argument == "1" ||
         argument == "0";
}

// Parses the first flag of `arguments` and removes it with its value.
absl::Status ParseFirst(const std::vector<FlagGroup>& groups,
                        absl::Span<const char* const>* arguments) {
  const absl::string_view whole = arguments->front();
  arguments->remove_prefix(1);
  // A launch script with an unset "$EXTRA_FLAGS" passes an empty argument.
  if (whole.empty()) {
    return absl::OkStatus();
  }
  if (whole == "--" && arguments->empty()) {
    return absl::OkStatus();
  }
  absl::string_view argument = whole;
  const bool is_flag = absl::ConsumePrefix(&argument, "-");
  absl::ConsumePrefix(&argument, "-");
  if (!is_flag || argument.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument \"", whole,
                     "\"; use flags only, as in --name=value"));
  }
  const size_t equals = argument.find('=');
  const absl::string_view name = argument.substr(0, equals);
  const Flag* const flag = FindFlag(groups, name);
  if (flag == nullptr) {
    return UnknownFlag(groups, name);
  }
  if (!flag->value_if_alone.empty() &&
      (equals == argument.npos || equals + 1 == argument.size())) {
    return SetValue(*flag, flag->value_if_alone);
  }
  if (equals != argument.npos) {
    return SetValue(*flag, argument.substr(equals + 1));
  }
  const bool is_bool = std::holds_alternative<bool*>(flag->value);
  if (!arguments->empty() && (!is_bool || IsBoolValue(arguments->front()))) {
    const absl::string_view value = arguments->front();
    arguments->remove_prefix(1);
    return SetValue(*flag, value);
  }
  if (is_bool) {
    return SetValue(*flag, "true");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--", name, " needs a value, as in --", name, "=", DefaultOf(*flag)));
}

}  // namespace

absl::Status ParseFlags(const std::vector<FlagGroup>& groups,
                        absl::Span<const char* const> arguments) {
  absl::Status status;
  while (!arguments.empty()) {
    status.Update(ParseFirst(groups, &arguments));
  }
  return status;
}

std::string FlagsHelp(const std::vector<FlagGroup>& groups) {
  std::string help;
  for (const FlagGroup& group : groups) {
    absl::StrAppend(&help, help.empty() ? "" : "\n", group.title, ":\n");
    for (const Flag& flag : group.flags) {
      AppendHelp(flag, &help);
    }
  }
  return help;
}

absl::Status WithFlag(absl::string_view flag, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), " (--", flag, ")"));
}

}  // namespace tfs3
