// The menu of every page as one element: ten of Streamlit's own links are ten messages with every run. Five rooms; of
// the room that one is in, its pages.

export default function ({ parentElement, data }) {
  const nav = parentElement.querySelector("nav");
  const links = () => [...nav.querySelectorAll("a")];
  const focused = links().findIndex((link) => link === nav.getRootNode().activeElement);
  const [, folder, here] = location.pathname.match(/^(.*\/)([^/]*)$/);
  const known = data.rooms.some(([, pages]) => pages.some(([path]) => path === here));
  const base = known ? folder : `${location.pathname.replace(/\/$/, "")}/`;
  const current = known ? here : "";
  const linked = ([path, label], marked) => {
    const link = document.createElement("a");
    link.textContent = label;
    link.href = `${base}${path}?${data.query}`;
    if (marked) link.setAttribute("aria-current", marked);
    link.addEventListener("click", follow);
    return link;
  };
  const isIn = ([, pages]) => pages.some(([path]) => path === current);
  const rooms = group("rooms", data.rooms.map((room) => linked([room[1][0][0], room[0]], isIn(room) && "true")));
  const [, pages] = data.rooms.find(isIn);
  const inside = pages.map((page) => linked(page, page[0] === current && "page"));
  const brand = Object.assign(document.createElement("strong"), { textContent: data.name });
  nav.replaceChildren(brand, rooms, ...(pages.length > 1 ? [group("pages", inside)] : []));
  links()[focused]?.focus({ preventScroll: true });
}

function group(name, links) {
  const list = document.createElement("div");
  list.className = name;
  list.append(...links);
  return list;
}

// As the browser's buttons for back and forward do it: the page changes, the session stays. Whoever wants a new tab
// gets one.
function follow(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState({}, "", event.currentTarget.href);
  dispatchEvent(new PopStateEvent("popstate"));
}
