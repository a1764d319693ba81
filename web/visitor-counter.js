// Counts a visit and shows its number. Copy this file to your site and add to the page:
//
//   <script src="visitor-counter.js" data-counter="https://api.example.com/counter" defer></script>
//   You are visitor <span data-visitor-counter>-</span>.
//
// Without a number to show, the elements keep their text.
(() => {
  const counter = document.currentScript?.dataset.counter;

  async function visit() {
    let response = await fetch(counter);
    // Only this outcome says that asking again cannot count the visit twice.
    if (response.headers.get("X-Visit-Outcome") === "not-counted") {
      await new Promise((resolve) => setTimeout(resolve, 1000 + 4000 * Math.random()));
      response = await fetch(counter);
    }
    if (!response.ok) return;

    const { count } = await response.json();
    if (!Number.isSafeInteger(count)) return;
    for (const element of document.querySelectorAll("[data-visitor-counter]")) {
      element.textContent = count;
    }
  }

  // A counter out of reach is no error of the page.
  if (counter) visit().catch(() => {});
})();
