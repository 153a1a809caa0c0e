// What has been written and not yet saved survives a reload and a look at another page: in this tab, for who wrote it.
import { recall, remember, tabStore } from '../state.js';

const place = (user, id) => `invigil.paper.${user.id}.${id ?? 'new'}`;

export const keepDraft = (user, id, draft) => remember(place(user, id), draft, tabStore);
export const draftKept = (user, id) => recall(place(user, id), tabStore);
export const dropDraft = (user, id) => remember(place(user, id), null, tabStore);
