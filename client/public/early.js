// Before the first paint: the chosen theme and language, so that nothing flashes.
try {
  const chosen = JSON.parse(localStorage.getItem('alfavoice.local') ?? '{}');
  if (chosen.theme === 'light' || chosen.theme === 'dark') document.documentElement.dataset.theme = chosen.theme;
  if (chosen.language === 'en' || chosen.language === 'ru') document.documentElement.lang = chosen.language;
} catch {
  // Without storage the system's wishes hold.
}
