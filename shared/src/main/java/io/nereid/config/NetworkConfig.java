package io.nereid.config;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The containers' network.
 *
 * @param bridge device to which containers are attached; made when it does not exist
 * @param uplink device to put on the bridge when we made it, so that hosts share a segment
 * @param subnet IPv4 network of all containers, for example 10.77.0.0/16
 * @param gateway default route of containers, if any
 */
public record NetworkConfig(
    String bridge, Optional<String> uplink, String subnet, Optional<String> gateway) {

  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,14}");
  private static final String DEVICE_RULE =
      "1 to 15 characters of A-Z, a-z, 0-9, '.', '_' and '-', starting with a letter or digit";

  static NetworkConfig from(SettingReader settings) {
    String bridge = settings.text("network.bridge", "nereid0", DEVICE, DEVICE_RULE);
    Optional<String> uplink = settings.optionalText("network.uplink", DEVICE, DEVICE_RULE);
    String subnet =
        settings.checked(
            "network.subnet",
            "10.77.0.0/16",
            "an IPv4 network as ADDRESS/PREFIX with a prefix from 8 to 29 and no host bits set",
            text -> {
              Ipv4.Network.parse(text);
              return text;
            });
    Optional<String> gateway =
        settings.optionalText("network.gateway", Ipv4.ADDRESS, "an IPv4 address in network.subnet");
    if (gateway.isPresent() && !Ipv4.Network.parse(subnet).holdsHost(gateway.get())) {
      settings.broken(
          "network.gateway '"
              + gateway.get()
              + "' is no host's address in network.subnet "
              + subnet,
          "choose one inside it, or leave it out for containers without a default route",
          "network.gateway",
          "network.subnet");
    }
    if (uplink.isPresent() && uplink.get().equals(bridge)) {
      settings.broken(
          "network.uplink and network.bridge are both '" + bridge + "'",
          "the uplink is the device that is put on the bridge",
          "network.uplink",
          "network.bridge");
    }
    return new NetworkConfig(bridge, uplink, subnet, gateway);
  }
}
