package io.flotilla.controller.broker;

import java.math.BigInteger;

/** Whether a device is one of the fleet now. */
@FunctionalInterface
public interface DeviceGate {
  /**
   * Asked on every connect, after the certificate was found to be the authority's own; any thread,
   * must not block.
   *
   * @param deviceId common name of the certificate and client id
   * @param certificateSerial serial number of the certificate
   */
  boolean admits(String deviceId, BigInteger certificateSerial);
}
