"""The schools whose regulations stand beside the project."""

SCHOOLS = ("sias", "dut", "bit", "nwpu-its", "wut")
