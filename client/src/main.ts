import { mount } from 'svelte';

import App from './App.svelte';
import './app.css';
import { local } from './stores/local.svelte';

local.apply();
mount(App, { target: document.getElementById('page')! });

// The page opens next time even while the server is away.
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/offline.js').catch(() => {});

// After the paint: what the page's speed is measured by.
requestAnimationFrame(() => setTimeout(() => performance.mark('usable')));
