/**
 * Who a device is: the key made on it, the certificate won by a one-time claim, and the keys pinned
 * on that occasion.
 */
@NullMarked
package io.flotilla.agent.identity;

import org.jspecify.annotations.NullMarked;
