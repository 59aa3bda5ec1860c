// The menu of every page as one element: ten of Streamlit's own links are ten messages with every run.

export default function ({ parentElement, data }) {
  const nav = parentElement.querySelector("nav");
  const focused = [...nav.children].indexOf(nav.getRootNode().activeElement);
  const [, folder, here] = location.pathname.match(/^(.*\/)([^/]*)$/);
  const known = data.pages.some(([path]) => path === here);
  nav.replaceChildren(
    Object.assign(document.createElement("strong"), { textContent: data.name }),
    ...data.pages.map(([path, label]) => {
      const link = document.createElement("a");
      link.textContent = label;
      link.href = `${known ? folder : `${location.pathname.replace(/\/$/, "")}/`}${path}?${data.query}`;
      if (path === (known ? here : "")) link.setAttribute("aria-current", "page");
      link.addEventListener("click", follow);
      return link;
    }),
  );
  nav.children[focused]?.focus({ preventScroll: true });
}

// As the browser's buttons for back and forward do it: the page changes, the session stays. Whoever wants a new tab
// gets one.
function follow(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState({}, "", event.currentTarget.href);
  dispatchEvent(new PopStateEvent("popstate"));
}
