// Brings a recording that never met the server to it, in pieces that may be sent again: the later sync of what was said
// offline. The server transcribes it once, however often it is announced.

import type { Job, JobResult, NewRecording, UploadState } from '../../generated/api';
import { ApiFailure, type Api } from '../api/http';
import { after } from '../session/backoff';
import type { KeptRecording, KeptSound } from './vault';

const PIECE_BYTES = 2 << 20;
const LOOK_AGAIN_MS = 1_000;

export type Line = Pick<Api, 'ask'>;

/** No other try will do. */
export class Refused extends Error {}

export interface Around {
  wait(ms: number): Promise<void>;
  chance(): number;
  /** False while the server cannot be reached. */
  reached(yes: boolean): void;
}

export async function upload(api: Line, kept: KeptRecording, sound: KeptSound[], around: Around): Promise<JobResult> {
  const bytes = new Blob(sound.map((piece) => piece.samples));
  const { client_recording_id: _, ...settings } = kept.settings;
  const announced: NewRecording = {
    client_recording_id: kept.id,
    client: 'browser',
    recorded_at: kept.startedAt,
    total_bytes: bytes.size,
    encoding: 'raw',
    speakers: 'none',
    settings,
  };
  for (let attempt = 1; ; attempt++) {
    try {
      let job = (await api.ask<Job>('POST', '/api/recordings', { body: announced })).body;
      around.reached(true);
      while (job.state === 'receiving') {
        const from = job.received_bytes;
        const body = await bytes.slice(from, from + PIECE_BYTES).arrayBuffer();
        const state = (await api.ask<UploadState>('PUT', `/api/recordings/${job.id}/data?offset=${from}`, { body })).body;
        job = state.complete ? await look(api, job.id) : { ...job, received_bytes: state.received_bytes };
        attempt = 0;
      }
      while (job.state === 'queued' || job.state === 'running') {
        await around.wait(LOOK_AGAIN_MS);
        job = await look(api, job.id);
      }
      if (job.state === 'done' && job.result) return job.result;
      throw new Refused(job.error?.message ?? job.state);
    } catch (error) {
      if (error instanceof Refused || (error instanceof ApiFailure && isFinal(error.status))) throw new Refused(String(error));
      around.reached(false);
      await around.wait(after(attempt, around.chance()));
    }
  }
}

async function look(api: Line, id: string): Promise<Job> {
  return (await api.ask<Job>('GET', `/api/recordings/${id}`)).body;
}

/** A conflict is about how far the upload is; too many requests and a server in trouble pass. */
const isFinal = (status: number) => status < 500 && status !== 409 && status !== 429 && status !== 401;
