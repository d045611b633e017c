package io.flotilla.controller.broker;

import com.hivemq.extension.sdk.api.ExtensionMain;

/** The extension that decides who gets in. */
interface Gatekeeper extends ExtensionMain {
  /** Whether it is at work; a broker without it must not run. */
  boolean started();
}
