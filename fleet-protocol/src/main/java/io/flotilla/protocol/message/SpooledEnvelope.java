package io.flotilla.protocol.message;

import io.flotilla.protocol.topic.UpKind;

/**
 * The envelope of every spooled message. Sequence numbers of a spool run from 1 without gaps over
 * all kinds and survive restarts; the controller accepts exactly the next one and acknowledges it
 * after it is stored.
 *
 * @param schema version of this message; 1
 * @param spoolId random id of the spool
 * @param sequence number of the message, from 1
 * @param bootId random id of the process life that wrote it
 * @param kind what {@code body} is; equals the topic's last level
 * @param body the message's own CBOR form
 */
@SuppressWarnings("ArrayRecordComponent")
public record SpooledEnvelope(
    int schema, String spoolId, long sequence, String bootId, UpKind kind, byte[] body) {}
