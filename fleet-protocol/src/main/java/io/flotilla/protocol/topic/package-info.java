/** MQTT topics, and who may use them. */
@NullMarked
package io.flotilla.protocol.topic;

import org.jspecify.annotations.NullMarked;
