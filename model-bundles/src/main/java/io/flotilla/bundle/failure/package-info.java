/**
 * What can go wrong, in one table: every refusal and failure that leaves a process carries one of
 * these codes, on the wire, in the API and on the command line.
 */
@NullMarked
package io.flotilla.bundle.failure;

import org.jspecify.annotations.NullMarked;
