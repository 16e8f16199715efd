#include "base/ids.h"

#include <boost/test/unit_test.hpp>
#include <type_traits>
#include <unordered_set>

#include "tests/support/outcome.h"

using namespace habilitd;
using namespace std::string_literals;
using habilitd::tests::reason_of;

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(a_uuid_is_read_in_its_canonical_form_only) {
  const std::string good = "0123cdef-89ab-4cde-8f01-23456789abcd";
  BOOST_TEST(EntryUuid::parse(good).value().str() == good);
  for (const auto& text :
       {""s, "0123CDEF-89ab-4cde-8f01-23456789abcd"s, "0123cdef89ab4cde8f0123456789abcd"s,
        "{0123cdef-89ab-4cde-8f01-23456789abcd}"s, "0123cdef-89ab-4cde-8f01-23456789abc"s,
        "0123cdef-89ab-4cde-8f01-23456789abcd "s, "0123cdef-89ab-4cde-8f01-23456789abcg"s,
        "0123cdef-89ab-4cde-8f01_23456789abcd"s, "0123cdef-89ab-4cde-8f012-3456789abcd"s,
        "-123cdef-89ab-4cde-8f01-23456789abcd"s, "0123cdef-89ab-4cde-8f01-23456789ab\0d"s}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(reason_of(EntryUuid::parse(text)) == "uuid-syntax");
      BOOST_TEST(reason_of(RequestId::parse(text)) == "uuid-syntax");
    }
  }
}

BOOST_AUTO_TEST_CASE(uuids_survive_text_and_bytes) {
  std::unordered_set<EntryUuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const EntryUuid id = EntryUuid::random();
    BOOST_TEST((EntryUuid::parse(id.str()).value() == id));
    BOOST_TEST(id.str()[14] == '4');
    BOOST_TEST(!id.nil());
    seen.insert(id);
  }
  BOOST_TEST(seen.size() == 1000U);
  const EntryUuid counted = EntryUuid::from_bytes(
      "\x00\x01\x02\x03\x04\x05\x06\x07"
      "\x08\x09\x0a\x0b\x0c\x0d\x0e\xff"s);
  BOOST_TEST(counted.str() == "00010203-0405-0607-0809-0a0b0c0d0eff");
  BOOST_TEST(EntryUuid().nil());
  BOOST_CHECK_THROW(EntryUuid::from_bytes("short"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(uuids_made_in_a_row_hash_apart_whichever_byte_counts) {
  for (std::size_t place = 0; place < 16; ++place) {
    std::unordered_set<std::size_t> low_bits;
    for (char i = 0; i < 100; ++i) {
      std::string bytes(16, 'x');
      bytes[place] = i;
      low_bits.insert(EntryUuid::from_bytes(bytes).hash() % 4096);
    }
    BOOST_TEST(low_bits.size() > 80U, "byte " << place << ": " << low_bits.size());
  }
}

BOOST_AUTO_TEST_CASE(a_person_is_not_a_request) {
  static_assert(!std::is_convertible_v<EntryUuid, RequestId>);
  const EntryUuid entry = EntryUuid::random();
  BOOST_TEST(RequestId(entry).str() == entry.str());
  BOOST_TEST((RequestId::parse(entry.str()).value().entry() == entry));
}

BOOST_AUTO_TEST_CASE(sirets_follow_the_register) {
  struct Row {
    std::string text, reason;
  };
  const Row rows[] = {
      {"73282932000074", ""},
      {"732 829 320 00074", ""},
      {"732\xC2\xA0"
       "829\xC2\xA0"
       "320\xE2\x80\xAF"
       "00074",
       ""},
      {" 73282932000074 ", ""},
      {"73282932000075", "siret-checksum"},
      {"00000000000000", "siret-checksum"},
      {"35600000000048", ""},                // La Poste, head office: Luhn
      {"35600000009075", ""},                // La Poste: digit sum of 35, not Luhn
      {"35600000000060", ""},                // La Poste: digit sum of 20, not Luhn
      {"35600000000070", "siret-checksum"},  // La Poste: digit sum of 21, not Luhn
      {"35600000009076", "siret-checksum"},  // La Poste: neither
      {"73282932000005", "siret-checksum"},  // digit sum of 41
      {"10000000000004", "siret-checksum"},  // digit sum of 5, but not La Poste
      {"7328293200007", "siret-length"},
      {"732829320000744", "siret-length"},
      {"732829320", "siret-length"},
      {"", "siret-empty"},
      {"   ", "siret-empty"},
      {"7328293200007X", "siret-digits"},
      {"732.829.320.00074", "siret-digits"},
      {"-3282932000074", "siret-digits"},
      {"73282932000074\n", "siret-digits"},
      {"73282932000074\0"s, "siret-digits"},
      {"٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "siret-digits"},
      {"７３２８２９３２００００７４", "siret-digits"},
      {"732\xE2\x80\x8B"
       "82932000074",
       "siret-digits"},  // zero width space
      {"7328293200007\xC2", "siret-digits"},
  };
  for (const auto& [text, reason] : rows) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(reason_of(Siret::parse(text)) == reason); }
  }
  const auto spaced = Siret::parse("732 829 320 00074").value();
  BOOST_TEST(spaced.str() == "73282932000074");
  BOOST_TEST(spaced.spaced() == "732 829 320 00074");
  BOOST_TEST((spaced == Siret::parse("73282932000074").value()));
}

BOOST_AUTO_TEST_CASE(every_single_wrong_digit_of_a_siret_is_seen) {
  const std::string good = "73282932000074";
  for (std::size_t place = 0; place < good.size(); ++place) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string other = good;
      other[place] = digit;
      BOOST_TEST(Siret::parse(other).ok() == (other == good));
    }
  }
}

BOOST_AUTO_TEST_CASE(plain_mail_addresses_are_taken_as_written) {
  const std::string label63(63, 'a');
  for (const std::string& text :
       {"a@b.fr"s, "Jean.Dupont+soffi@Emploi.Gouv.fr"s, "o'connor@example.org"s,
        "x_y-z@sub.domain-x.example.org"s, "1@2.example"s, std::string(64, 'l') + "@example.org",
        "a@" + label63 + ".fr", "a@xn--caf-dma.fr"s}) {
    BOOST_TEST_CONTEXT(text) {
      const auto email = Email::parse(text);
      BOOST_REQUIRE(email.ok());
      BOOST_TEST(email->str() == text);
    }
  }
  BOOST_TEST(Email::parse("a@Emploi.Gouv.FR").value().domain() == "emploi.gouv.fr");
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_mail_address) {
  const std::string label64(64, 'a');
  for (const std::string& text : {""s,
                                  "a"s,
                                  "@b.fr"s,
                                  "a@"s,
                                  "a@b"s,
                                  "a@b."s,
                                  "a@.fr"s,
                                  "a@b..fr"s,
                                  ".a@b.fr"s,
                                  "a.@b.fr"s,
                                  "a..b@c.fr"s,
                                  "-bp@x.fr"s,
                                  "-oQ/tmp@x.fr"s,
                                  "a@-b.fr"s,
                                  "a@b-.fr"s,
                                  "a@b.fr, c@d.fr"s,
                                  "a@b.fr,c@d.fr"s,
                                  "a@b.fr;c@d.fr"s,
                                  "a@b.fr c@d.fr"s,
                                  "a@b@c.fr"s,
                                  "<a@b.fr>"s,
                                  "A <a@b.fr>"s,
                                  "\"a b\"@c.fr"s,
                                  "a(x)@b.fr"s,
                                  "a@[127.0.0.1]"s,
                                  "a@127.0.0.1"s,
                                  "a@b.fr\r\nBcc: c@d.fr"s,
                                  "a@b.fr\n"s,
                                  " a@b.fr"s,
                                  "a@b.fr "s,
                                  "a\0@b.fr"s,
                                  "a@b.fr\0"s,
                                  "é@b.fr"s,
                                  "a@é.fr"s,
                                  "a%c@b.fr"s,
                                  "c!a@b.fr"s,
                                  "|sh@b.fr"s,
                                  "`id`@b.fr"s,
                                  "a\\@b.fr"s,
                                  "a:b@c.fr"s,
                                  "a@b_c.fr"s,
                                  "a@" + label64 + ".fr",
                                  label64 + "l@example.org"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(reason_of(Email::parse(text)) == "email-syntax"); }
  }
}

BOOST_AUTO_TEST_CASE(a_mail_address_has_at_most_254_characters) {
  std::string domain;
  while (domain.size() < 300) domain += "abcdefghi.";
  const auto of_length = [&](std::size_t size) {
    return "a@" + domain.substr(0, size - 5) + "xfr";
  };
  BOOST_TEST(of_length(254).size() == 254U);
  BOOST_TEST(reason_of(Email::parse(of_length(254))) == "");
  BOOST_TEST(reason_of(Email::parse(of_length(255))) == "email-length");
  BOOST_TEST(reason_of(Email::parse(std::string(1000000, '@'))) == "email-length");
}

BOOST_AUTO_TEST_CASE(roles_are_two_slugs) {
  const auto role = RoleId::parse("soffi", "consultation");
  BOOST_REQUIRE(role.ok());
  BOOST_TEST(role->str() == "soffi.consultation");
  for (const char* bad :
       {"", "-a", "A", "a_b", "a.b", "a b", "é", "a\n", "abcdefghijklmnopqrstuvwxyz0123456"}) {
    BOOST_TEST_CONTEXT(bad) {
      BOOST_TEST(!is_slug(bad));
      BOOST_TEST(reason_of(RoleId::parse(bad, "x")) == "role-syntax");
      BOOST_TEST(reason_of(RoleId::parse("x", bad)) == "role-syntax");
    }
  }
  BOOST_TEST(is_slug("abcdefghijklmnopqrstuvwxyz012345"));
  BOOST_TEST(is_slug("0-"));
}

BOOST_AUTO_TEST_SUITE_END()
