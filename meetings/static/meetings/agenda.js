// The order of an agenda: drag an item by its handle, or move it with the arrow keys there. An item takes its
// parts along. Nothing is saved until the form is sent; without this file the arrows beside each item do it.
(() => {
  const list = document.querySelector("[data-sortable]");
  if (!list) return;
  const form = list.closest("form");
  const bar = form.querySelector("[data-bar]");
  const live = form.querySelector("[data-live]");
  const rows = () => [...list.children];
  const isPart = (row) => "part" in row.dataset;
  const first = rows();

  // An item with its parts; a part alone.
  const block = (row) => {
    const all = rows();
    const found = [row];
    if (isPart(row) && row !== all[0]) return found;
    for (let at = all.indexOf(row) + 1; at < all.length && isPart(all[at]); at += 1) found.push(all[at]);
    return found;
  };

  // Where a block may be put: before any other item; a part before any row but the first.
  const goals = (moving) => {
    const others = rows().filter((row) => !moving.includes(row));
    return isPart(moving[0]) ? others.slice(1) : others.filter((row, at) => at === 0 || !isPart(row));
  };

  const put = (moving, before) => {
    const end = moving[moving.length - 1].nextElementSibling;
    if (before === end) return false;
    moving.forEach((row) => list.insertBefore(row, before));
    return true;
  };

  const told = (row) => {
    const all = rows();
    all.forEach((each, at) => {
      each.classList.toggle("is-moved", first[at] !== each);
      each.querySelector("[name=up]").disabled = at === 0;
      each.querySelector("[name=down]").disabled = at === all.length - 1;
    });
    bar.hidden = all.every((each, at) => first[at] === each);
    list.classList.toggle("is-unsaved", !bar.hidden);
    live.textContent = list.dataset.told
      .replace("{title}", row.dataset.title)
      .replace("{place}", all.indexOf(row) + 1)
      .replace("{count}", all.length);
  };

  const step = (row, by) => {
    const moving = block(row);
    const places = [...goals(moving), null];
    const end = moving[moving.length - 1].nextElementSibling;
    const goal = places[places.indexOf(end) + by];
    if (goal !== undefined && put(moving, goal)) told(row);
  };

  // Listens on the page: a handle that moves with its row would lose the pointer.
  const drag = (row, pointer) => {
    const moving = block(row);
    moving.forEach((each) => each.classList.add("is-dragged"));
    const follow = (event) => {
      if (event.pointerId !== pointer) return;
      const goal = goals(moving).find((each) => {
        const box = each.getBoundingClientRect();
        return event.clientY < box.top + box.height / 2;
      });
      put(moving, goal || null);
    };
    const end = () => {
      moving.forEach((each) => each.classList.remove("is-dragged"));
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      told(row);
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  };

  first.forEach((row) => {
    const handle = row.querySelector(".handle");
    handle.hidden = false;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button === 0) drag(row, event.pointerId);
    });
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      step(row, by);
      handle.focus();
    });
    row.querySelectorAll(".step").forEach((button) => {
      button.addEventListener("click", (event) => {
        event.preventDefault();
        step(row, button.name === "up" ? -1 : 1);
        if (!button.disabled) button.focus();
      });
    });
  });
})();
