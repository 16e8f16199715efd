#include "base/secret.h"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <new>
#include <ostream>
#include <type_traits>

using namespace habilitd;

namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

// Does the memory of an object hold the text? (Short strings live inside the object.)
bool memory_holds(const void* memory, std::size_t size, std::string_view text) {
  return ::memmem(memory, size, text.data(), text.size()) != nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret)

BOOST_AUTO_TEST_CASE(it_cannot_be_printed_or_copied_by_accident) {
  static_assert(!Printable<Secret>);
  static_assert(!std::is_copy_constructible_v<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
  BOOST_TEST(Secret("x").copy().reveal() == "x");
}

BOOST_AUTO_TEST_CASE(a_moved_from_secret_is_empty_and_wiped) {
  // "hort": the standard library ends a moved-from string with a NUL in its first place.
  for (const std::string text : {"short", "a secret too long for the small buffer of a string"}) {
    Secret from{std::string(text)};
    Secret to(std::move(from));
    BOOST_TEST(to.reveal() == text);
    BOOST_TEST(from.empty());  // NOLINT(bugprone-use-after-move)
    BOOST_TEST(!memory_holds(&from, sizeof from, "hort"));
    from = std::move(to);
    BOOST_TEST(from.reveal() == text);
    BOOST_TEST(to.empty());  // NOLINT(bugprone-use-after-move)
    BOOST_TEST(!memory_holds(&to, sizeof to, "hort"));
  }
}

BOOST_AUTO_TEST_CASE(destruction_wipes_the_characters) {
  alignas(Secret) unsigned char memory[sizeof(Secret)];
  auto* secret = new (memory) Secret("canary-123");
  BOOST_TEST(memory_holds(memory, sizeof memory, "canary-123"));
  secret->~Secret();
  BOOST_TEST(!memory_holds(memory, sizeof memory, "canary-123"));
}

BOOST_AUTO_TEST_CASE(assigning_to_itself_keeps_the_secret) {
  Secret one("kept");
  Secret& same = one;
  one = std::move(same);
  BOOST_TEST(one.reveal() == "kept");
}

BOOST_AUTO_TEST_SUITE_END()
