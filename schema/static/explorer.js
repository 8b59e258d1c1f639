"use strict";
// The explorer from our own files: ready queries as tabs, and the key sent with each request.
(async () => {
  const STORED = "hub.key";
  const presets = ["regional_centre", "department", "partner"];
  const form = document.getElementById("credential");
  const note = document.getElementById("note");
  const texts = await Promise.all(
    presets.map((name) => fetch(`/graphql/static/queries/${name}.graphql`).then((r) => r.text())),
  );
  const root = ReactDOM.createRoot(document.getElementById("explorer"));

  const fetcher = async (params, options) => {
    const key = sessionStorage.getItem(STORED);
    if (!key) return { errors: [{ message: "Вставьте ключ доступа вверху страницы и нажмите «Применить»." }] };
    const headers = {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json, application/json",
      ...(options && options.headers),
    };
    headers.Authorization = `Bearer ${key}`;
    const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(params) });
    return answer.json();
  };

  // A new key is a new viewer: mounting again asks for the schema again.
  let round = 0;
  const show = () => {
    const memory = new Map();
    const storage = {
      getItem: (name) => memory.get(name) ?? null,
      setItem: (name, value) => memory.set(name, value),
      removeItem: (name) => memory.delete(name),
      clear: () => memory.clear(),
      get length() { return memory.size; },
    };
    root.render(
      React.createElement(GraphiQL, {
        key: ++round,
        fetcher,
        storage,
        defaultTabs: texts.map((query) => ({ query })),
        shouldPersistHeaders: false,
      }),
    );
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = document.getElementById("key");
    sessionStorage.setItem(STORED, field.value.trim());
    field.value = "";
    note.textContent = "Ключ применён до закрытия вкладки.";
    show();
  });
  // GraphiQL hears the shortcut within its editors only; here it runs the open query from anywhere.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    document.querySelector(".graphiql-execute-button")?.click();
  });
  show();
})();
