/**
 * REST under /v1 on a unix socket and on the loopback device: turns requests into questions to the
 * coordinator and the nymphs, and failures into problem documents. Holds no state: whatever it
 * answers it has just asked. Never decides where a container is or may be.
 */
package io.nereid.gateway;
