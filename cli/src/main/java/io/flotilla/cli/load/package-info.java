/**
 * Devices as light as can be, thousands in one process: the real protocol over MQTT 5 and mutual
 * TLS, and nothing that scores.
 */
@NullMarked
package io.flotilla.cli.load;

import org.jspecify.annotations.NullMarked;
