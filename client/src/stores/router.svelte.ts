// Which view is shown: the part of the address after `#/`.

export const VIEWS = ['dictate', 'files', 'history', 'settings', 'operations'] as const;
export type View = (typeof VIEWS)[number];

function read(): View {
  const name = location.hash.replace(/^#\//, '');
  return VIEWS.find((view) => view === name) ?? 'dictate';
}

class Router {
  view = $state<View>(read());

  constructor() {
    addEventListener('hashchange', () => (this.view = read()));
  }

  go(view: View): void {
    location.hash = `#/${view}`;
  }
}

export const router = new Router();
