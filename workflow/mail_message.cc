// The message around the words: mail_message() of mail_text.h. The only user of GMime.
#include <gmime/gmime.h>

#include <memory>
#include <mutex>

#include "base/crypto.h"
#include "workflow/mail_text.h"

namespace habilitd::workflow {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

struct FreeText {
  void operator()(char* text) const { g_free(text); }
};
struct FreeTime {
  void operator()(GDateTime* time) const { g_date_time_unref(time); }
};
struct FreeFormat {
  void operator()(GMimeFormatOptions* options) const { g_mime_format_options_free(options); }
};

void start_gmime() {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
}

// Right side of message ids: the host people know, without scheme and port.
std::string host_of(const std::string& base_url) {
  const auto scheme = base_url.find("://");
  std::string host = scheme == std::string::npos ? base_url : base_url.substr(scheme + 3);
  host.resize(std::min(host.find_first_of(":/"), host.size()));
  return host.empty() ? "localhost.localdomain" : host;
}

std::string thread_id(const MailSettings& settings, const RequestRecord& record) {
  return "request." + record.id.str() + "@" + host_of(settings.base_url);
}

// The same for every attempt at the same mail, so that a mail sent twice is seen to be one.
std::string message_id(const MailSettings& settings, const MailJob& job,
                       const RequestRecord& record) {
  const std::string what =
      record.id.str() + "|" + std::to_string(job.revision) + "|" + job.kind + "|" + job.to.str();
  return to_hex(sha256(what)).substr(0, 40) + "@" + host_of(settings.base_url);
}

void set_addresses(GMimeMessage* message, const MailSettings& settings, const MailJob& job) {
  const char* sender_name = settings.sender_name.empty() ? nullptr : settings.sender_name.c_str();
  g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, sender_name,
                             settings.sender.c_str());
  g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, nullptr, job.to.str().c_str());
}

void set_headers(GMimeMessage* message, const MailSettings& settings, const MailJob& job,
                 const RequestRecord& record, const std::string& subject, const Clock& clock) {
  set_addresses(message, settings, job);
  g_mime_message_set_subject(message, subject.c_str(), "utf-8");
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count();
  const std::unique_ptr<GDateTime, FreeTime> now(g_date_time_new_from_unix_utc(seconds));
  g_mime_message_set_date(message, now.get());
  g_mime_message_set_message_id(message, message_id(settings, job, record).c_str());
  auto* object = GMIME_OBJECT(message);
  const std::string thread = "<" + thread_id(settings, record) + ">";
  g_mime_object_set_header(object, "References", thread.c_str(), nullptr);
  g_mime_object_set_header(object, "In-Reply-To", thread.c_str(), nullptr);
  // RFC 3834 section 5: no vacation notice answers this.
  g_mime_object_set_header(object, "Auto-Submitted", "auto-generated", nullptr);
}

// Always UTF-8: a GMimeTextPart would choose an older character set where that suffices.
Owned<GMimePart> utf8_part(const std::string& body) {
  Owned<GMimePart> part(g_mime_part_new_with_type("text", "plain"));
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(body.data(), body.size()));
  const Owned<GMimeDataWrapper> content(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part.get(), content.get());
  g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  return part;
}

}  // namespace

std::string mail_message(const MailSettings& settings, const MailJob& job,
                         const RequestRecord& record, const Clock& clock) {
  start_gmime();
  const MailText text = mail_text(settings, job, record, clock);
  const Owned<GMimeMessage> message(g_mime_message_new(TRUE));
  set_headers(message.get(), settings, job, record, text.subject, clock);
  const Owned<GMimePart> part = utf8_part(text.body);
  g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(part.get()));
  const std::unique_ptr<GMimeFormatOptions, FreeFormat> format(g_mime_format_options_new());
  g_mime_format_options_set_newline_format(format.get(), GMIME_NEWLINE_FORMAT_DOS);
  const std::unique_ptr<char, FreeText> bytes(
      g_mime_object_to_string(GMIME_OBJECT(message.get()), format.get()));
  return bytes.get();
}

}  // namespace habilitd::workflow
