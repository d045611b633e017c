/**
 * What every command shares: where it reads and writes, --json, --context, tables, confirmation.
 */
@NullMarked
package io.flotilla.cli.console;

import org.jspecify.annotations.NullMarked;
