/** The commands that prove what happened and keep it: the audit log, backups, stored files. */
@NullMarked
package io.flotilla.cli.governance;

import org.jspecify.annotations.NullMarked;
