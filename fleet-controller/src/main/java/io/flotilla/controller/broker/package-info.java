/**
 * The embedded MQTT 5 broker and its rules: who is let in, and who may use which topic. Nothing
 * else depends on it: any other broker that keeps the same rules serves as well, see {@code
 * docs/operating/brokers.md}.
 */
@NullMarked
package io.flotilla.controller.broker;

import org.jspecify.annotations.NullMarked;
