import { describe, expect, it } from 'vitest';

import { begin, type Recording } from './session/state';
import { shownState, type Circumstances } from './shown';

const with_ = (change: Partial<Recording>): Recording => ({ ...begin({}, 1000), link: 'ready', ...change });
const at = (change: Partial<Circumstances>) =>
  shownState({ stage: 'idle', quiet: false, serverDown: false, looking: false, recording: null, ...change }).words;

describe('the state that people see', () => {
  it('is ready, or offline, when nothing goes on', () => {
    expect([at({}), at({ serverDown: true })]).toEqual(['state.ready', 'state.offline']);
  });

  it('is not ready before it knows what an earlier page left behind', () => {
    expect([at({ looking: true }), at({ looking: true, serverDown: true })]).toEqual(['state.looking', 'state.looking']);
    expect(at({ looking: true, recording: with_({ activity: 'queued' }) })).toBe('state.queued');
  });

  it('says that recording goes on without a network', () => {
    const cut = with_({ link: 'closed', attempts: 2 });
    expect(at({ stage: 'recording', recording: cut })).toBe('state.offline.recording');
    expect(at({ recording: cut })).toBe('state.waiting');
  });

  it('does not call the first connecting a lost network', () => {
    expect(at({ stage: 'recording', recording: with_({ link: 'closed' }) })).toBe('state.listening');
  });

  it('names the place in the queue', () => {
    const queued = with_({ activity: 'queued', queuePosition: 4 });
    expect(shownState({ stage: 'idle', quiet: false, serverDown: false, looking: false, recording: queued })).toEqual({
      shape: 'queued', words: 'state.queued.position', more: 'state.queued.more', position: 4,
    });
  });

  it('tells silence from speech', () => {
    expect(at({ stage: 'recording', quiet: true, recording: with_({}) })).toBe('state.quiet');
  });
});
