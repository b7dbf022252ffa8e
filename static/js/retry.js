// A page that waits for its turn looks again by itself, and says when.
const place = document.querySelector("[data-retry-seconds]");
if (place) {
  setTimeout(() => location.reload(), Number(place.dataset.retrySeconds) * 1000);
}
