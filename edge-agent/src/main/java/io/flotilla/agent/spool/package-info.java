/**
 * The disk spool: every upward message gets the next number, stays until the controller says it is
 * stored, and is sent again until then.
 */
@NullMarked
package io.flotilla.agent.spool;

import org.jspecify.annotations.NullMarked;
