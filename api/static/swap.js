// Shows a page that came back from a request sent by script, as the browser would.

export function settle() {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
  document.querySelector("main [data-focus]")?.focus();
  document.dispatchEvent(new Event("settled"));
}

export function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  window.scrollTo(0, 0);
  settle();
}

// A redirect was followed: go there. Otherwise the answer is a page: show it.
export function arrive(asked, answeredUrl, html) {
  if (new URL(answeredUrl).pathname !== new URL(asked, location.href).pathname) {
    location.assign(answeredUrl);
  } else {
    show(html);
  }
}

export function tell(form, sentence) {
  const place = form.querySelector("[data-problem]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

export const NO_ANSWER =
  "Không gửi được. Hãy kiểm tra kết nối rồi thử lại; dữ liệu đã nhập vẫn còn.";
