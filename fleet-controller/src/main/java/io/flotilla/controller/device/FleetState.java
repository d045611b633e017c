package io.flotilla.controller.device;

import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.event.EventLog;

/**
 * What a feature that changes devices works with.
 *
 * @param core the thread that decides
 * @param devices all devices
 * @param groups saved selectors
 * @param events where changes are announced
 */
public record FleetState(
    DecisionLoop core, DeviceDirectory devices, Groups groups, EventLog events) {}
