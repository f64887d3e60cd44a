/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Links between VMs. VIRTIO_COMPOSITION_DEF(device, driver) is all that a description needs; the
 * composer knows this file's macros even without #include. Reference: docs/reference/camkes.md.
 */
#ifndef PEERVISOR_CONFIGURATIONS_TII_VM_H
#define PEERVISOR_CONFIGURATIONS_TII_VM_H

#include <configurations/vm.h>

#define VM_TII_INIT_DEF() VM_INIT_DEF()
#define VM_TII_CONFIGURATION_DEF(name) VM_CONFIGURATION_DEF(name)

/* Inside `component VM { }`: a link needs no declaration. */
#define VIRTIO_COMPONENT_DEF(peer)
#define VIRTIO_DEVICE_COMPONENT_DEF(peer) VIRTIO_COMPONENT_DEF(peer)
#define VIRTIO_DRIVER_COMPONENT_DEF(peer) VIRTIO_COMPONENT_DEF(peer)

/* Inside `composition { }`: `device` serves virtio devices to `driver`. */
#define PV_LINK(device, driver) \
    connection VirtioLink device##_##driver(from device.virtio_device, to driver.virtio_driver);
#define PV_LINK_OF(device, driver) PV_LINK(device, driver)
#define VIRTIO_COMPOSITION_DEF(device, driver) PV_LINK_OF(VM_REF(device), VM_REF(driver))

/* Inside `configuration { }`. */
#define VIRTIO_CONFIGURATION_DEF(device, driver)
#define VIRTIO_DRIVER_GUEST_RAM_CONFIGURATION_DEF(name)

/*
 * Entries of vm_virtio_devices and vm_virtio_drivers with windows from macros of the description:
 * VM0_VM1_VIRTIO_DATA_BASE, .._DATA_SIZE, .._CTRL_BASE, .._CTRL_SIZE for (0, 1).
 */
#define PV_WINDOWS(device, driver) \
    data_base: VAR_STRINGIZE(VM##device##_VM##driver##_VIRTIO_DATA_BASE), \
    data_size: VAR_STRINGIZE(VM##device##_VM##driver##_VIRTIO_DATA_SIZE), \
    ctrl_base: VAR_STRINGIZE(VM##device##_VM##driver##_VIRTIO_CTRL_BASE), \
    ctrl_size: VAR_STRINGIZE(VM##device##_VM##driver##_VIRTIO_CTRL_SIZE)
#define VIRTIO_DEVICE_CONFIGURATION_DEF(device, driver) \
    { target: #driver, PV_WINDOWS(device, driver) },
#define VIRTIO_DRIVER_CONFIGURATION_DEF(device, driver) \
    { backend: #device, PV_WINDOWS(device, driver) },

#endif
