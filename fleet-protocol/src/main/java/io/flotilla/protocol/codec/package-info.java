/** The CBOR codec of the messages; the only place of this module that knows Jackson. */
@NullMarked
package io.flotilla.protocol.codec;

import org.jspecify.annotations.NullMarked;
