/* `invigil-app doctor`: looks at everything an installation is made of. */
#ifndef INVIGIL_APP_ADMIN_DOCTOR_H
#define INVIGIL_APP_ADMIN_DOCTOR_H

#include "core/config.h"
#include "fcgi-app/admin/sheet.h"

/* doctor [--url URL]: a sheet on stdout; exit status 0 when all is well. It reads the settings itself
 * (`config` is NULL), since wrong ones are a finding. Nothing is changed, and no token is used. */
int doctor_command(const struct config *config, const char *config_path, int argc, char *argv[]);

/* its parts */
void doctor_database(struct sheet *sheet, const struct config *config);
void doctor_files(struct sheet *sheet, const struct config *config, const char *config_path);
/* `elsewhere`: a web server answers REST, whoever started the workers. */
void doctor_services(struct sheet *sheet, const struct config *config, bool elsewhere);
/* What a browser would meet at `url`. True: REST is answered there. */
bool doctor_outside(struct sheet *sheet, const char *url);

#endif
