/** Events that are sent to the web servers of others: signed, in order, again until they arrive. */
@NullMarked
package io.flotilla.controller.webhook;

import org.jspecify.annotations.NullMarked;
