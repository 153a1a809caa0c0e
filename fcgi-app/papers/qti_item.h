/* One item of QTI: its interactions become questions. */
#ifndef INVIGIL_APP_PAPERS_QTI_ITEM_H
#define INVIGIL_APP_PAPERS_QTI_ITEM_H

#include "fcgi-app/papers/draft.h"
#include "fcgi-app/papers/flow.h"
#include "fcgi-app/papers/xml.h"

/* Asks the item's questions in the current passage. `file`: where it is in its package, or "". */
void qti_item_ask(struct draft *draft, const xml_node *item, const char *file);
/* The text of a node and all below it, as a paper holds it; adds to *lost. */
const char *qti_text(struct arena *arena, const xml_node *node, int *lost);

#endif
