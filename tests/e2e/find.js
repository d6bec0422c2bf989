// Finds what a person would: a visible element by its role and its accessible name. Arguments: role, name, root (or null).
// Answers the first whose name is the given one, else the first whose name contains it; null when there is none.
const [role, wanted, root] = arguments;
const TEXT_INPUTS = ["text", "search", "email", "url", "tel", "password", "number", "date", "time", "datetime-local"];
const SELECTORS = {
  alert: "[role=alert]",
  button: "button, [role=button], input[type=submit], input[type=button], summary",
  cell: "td, th, [role=cell], [role=gridcell], [role=rowheader]",
  checkbox: "input[type=checkbox], [role=checkbox]",
  columnheader: "th[scope=col], thead th, [role=columnheader]",
  combobox: "select:not([multiple]), [role=combobox]",
  dialog: "dialog[open], [role=dialog], [role=alertdialog]",
  field: "input:not([type=hidden]):not([type=submit]):not([type=button]), textarea, select, [role=combobox], [role=spinbutton], [role=textbox], [contenteditable=true]",
  group: "fieldset, [role=group], [role=radiogroup]",
  heading: "h1, h2, h3, h4, h5, h6, [role=heading]",
  link: "a[href], [role=link]",
  listbox: "[role=listbox]",
  listitem: "li, [role=listitem]",
  menuitem: "[role=menuitem], [role=menuitemradio], [role=menuitemcheckbox]",
  navigation: "nav, [role=navigation]",
  option: "option, [role=option]",
  progressbar: "progress, [role=progressbar]",
  radio: "input[type=radio], [role=radio]",
  region: "section[aria-label], section[aria-labelledby], main, aside, [role=region], form[aria-label], form[aria-labelledby]",
  row: "tr, [role=row]",
  status: "[role=status], output",
  switch: "[role=switch]",
  tab: "[role=tab]",
  table: "table, [role=table], [role=grid]",
  textbox: ["textarea", "[role=textbox]", "input:not([type])", ...TEXT_INPUTS.map((type) => `input[type=${type}]`)].join(", "),
};
const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
// The options of a closed select are not painted, but they can be chosen when the select can.
const painted = (element) => element.closest("select") ?? element;
const seen = (element) =>
  painted(element).checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true], [inert]");
const byIds = (element, attribute) =>
  (element.getAttribute(attribute) ?? "")
    .split(/\s+/)
    .map((id) => id && document.getElementById(id)?.textContent)
    .filter(Boolean)
    .join(" ");
// The order of https://www.w3.org/TR/accname-1.2/, as far as our pages need it.
const nameOf = (element) => {
  const labels = [...(element.labels ?? [])].map((label) => label.textContent).join(" ");
  const caption = element.querySelector(":scope > legend, :scope > caption")?.textContent;
  const fromImage = [...element.querySelectorAll("img[alt], svg[aria-label], [aria-label]")]
    .map((inner) => inner.getAttribute("alt") ?? inner.getAttribute("aria-label"))
    .join(" ");
  const own = ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName) ? element.value : element.textContent;
  const choices = [byIds(element, "aria-labelledby"), element.getAttribute("aria-label"), labels, caption];
  const isControl = ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
  const isButton = ["submit", "button"].includes(element.type) && element.tagName === "INPUT";
  if (!isControl || isButton) choices.push(own, fromImage);
  choices.push(element.getAttribute("title"), element.getAttribute("placeholder"));
  return choices.map(tidy).find(Boolean) ?? "";
};
const selector = SELECTORS[role];
if (!selector) throw new Error(`no such role here: ${role}`);
const all = [...(root ?? document).querySelectorAll(selector)].filter(seen).map((element) => [element, nameOf(element)]);
const target = tidy(wanted);
const found = all.find(([, name]) => name === target) ?? all.find(([, name]) => name.includes(target));
return found?.[0] ?? null;
