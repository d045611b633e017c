/**
 * The messages between agents and controllers, as immutable records of plain values. Their wire
 * form is CBOR (RFC 8949) with these component names as keys; {@code docs/reference/messages.cddl}
 * is the normative description.
 */
@NullMarked
package io.flotilla.protocol.message;

import org.jspecify.annotations.NullMarked;
