package io.flotilla.controller.device;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.access.Permission;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Which devices the present caller may do something to. */
public final class DeviceScope {
  private final Caller caller;
  private final Permission permission;

  /** What the grants are narrowed to. */
  private final List<Selector> granted;

  private DeviceScope(Caller caller, Permission permission, Stream<Grant> grants) {
    this.caller = caller;
    this.permission = permission;
    this.granted = grants.map(Grant::devices).map(Selector::parse).toList();
  }

  /** The scope of the present caller's grants of a permission, whatever the model. */
  public static DeviceScope of(Permission permission) {
    Caller caller = Caller.current();
    return new DeviceScope(caller, permission, caller.granted(permission).stream());
  }

  /** The scope of the present caller's grants of a permission for a model. */
  public static DeviceScope of(Permission permission, String model) {
    Caller caller = Caller.current();
    return new DeviceScope(
        caller,
        permission,
        caller.granted(permission).stream().filter(grant -> grant.covers(model)));
  }

  /**
   * Returns if some grant covers this device.
   *
   * @throws FlotillaException {@code FORBIDDEN}
   */
  public void require(DeviceRecord device) {
    if (!covers(device)) {
      throw caller.forbidden(permission, " for device " + device.id());
    }
  }

  /**
   * Returns if some grant covers devices that will have these labels.
   *
   * @throws FlotillaException {@code FORBIDDEN}; {@code INPUT_INVALID} if these are no labels
   */
  public void requireNew(Map<String, String> labels) {
    DeviceRecord device = DeviceRecord.enrolled("new", labels, DeviceRecord.Identity.of(0, "", ""));
    if (!covers(device)) {
      throw caller.forbidden(permission, " for new devices with labels " + device.labels());
    }
  }

  /** Whether some grant covers all devices, whatever they are. */
  public boolean everywhere() {
    return granted.contains(Selector.ALL);
  }

  /** Whether some grant covers this device. */
  public boolean covers(DeviceRecord device) {
    return granted.stream().anyMatch(selector -> selector.matches(device));
  }

  /**
   * Demands that one grant covers all of these devices.
   *
   * @return what that grant is narrowed to; {@link Selector#ALL} if it is not
   * @throws FlotillaException {@code FORBIDDEN}, naming a device that is out of reach
   */
  public Selector requireAll(Collection<DeviceRecord> devices) {
    Optional<Selector> covering =
        granted.stream().filter(one -> devices.stream().allMatch(one::matches)).findFirst();
    if (covering.isPresent()) {
      return covering.get();
    }
    devices.forEach(this::require);
    throw caller.forbidden(
        permission, " that covers all %d devices: go grant by grant".formatted(devices.size()));
  }
}
