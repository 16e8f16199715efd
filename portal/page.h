// The frame around every page, and the answers that are not pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portal/visit.h"

namespace habilitd::portal {

struct Crumb {
  std::string label, href;  // no href: where one is
};

struct Frame {
  std::string title;  // unique among pages; shown before the portal's name
  std::string nav;    // address of the menu entry this page belongs to
  std::vector<Crumb> crumbs;
  bool wide = false;
};

// A form error: the field's id (none: about the whole form) and the text.
struct FieldError {
  std::string field, text;
};

// The template with the frame's values around `view`.
Response page(const Visit&, std::string_view name, const Frame&, View view, int status = 200);

// 303 to a local address. `done`: a code of the texts flash.<code>.*, shown on the next page.
Response redirect(const std::string& where, std::string_view done = {});
// Adds `fait=<code>` to an address.
std::string with_flash(const std::string& where, std::string_view done);
// The values of the partial "flash", from ?fait=; a code without a text shows nothing.
void set_flash(const Visit&, View&);
// The values of the partial "error_summary", and <field>_error for each field's own message.
void set_errors(View&, const std::vector<FieldError>&);
// csrf and a new operation id, for the partial "hidden".
void set_hidden(const Visit&, View&);

// The headers every answer of the portal carries (CSP and the like). Keeps a Cache-Control that is
// there.
void secure(Response&, bool https);

}  // namespace habilitd::portal
