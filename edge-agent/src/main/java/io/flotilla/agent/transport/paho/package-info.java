/** The transport over Eclipse Paho MQTT v5 with mutual TLS; the only place that knows Paho. */
@NullMarked
package io.flotilla.agent.transport.paho;

import org.jspecify.annotations.NullMarked;
