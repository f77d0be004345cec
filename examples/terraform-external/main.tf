# VMs by nocloud's command line, and what Terraform has to know of them by the external data source. This repairs no
# drift: it creates, reads and destroys.

terraform {
  required_version = ">= 1.4"
  required_providers {
    external = {
      source = "hashicorp/external"
    }
  }
}

resource "terraform_data" "pftest" {
  triggers_replace = filesha256("${path.module}/pftest")

  provisioner "local-exec" {
    command = "vminstantiate -f '${path.module}/pftest'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "vmstop -d -y -g pftest"
  }
}

data "external" "web00" {
  program    = ["nocloud-external"]
  query      = { name = "web00" }
  depends_on = [terraform_data.pftest]
}

data "external" "pftest" {
  program    = ["nocloud-external"]
  query      = { group = "pftest" }
  depends_on = [terraform_data.pftest]
}

output "web00" {
  value = "${data.external.web00.result.user}@${data.external.web00.result.host}:${data.external.web00.result.port}"
}

output "addresses" {
  value = { for vm in jsondecode(data.external.pftest.result.vms_json) : vm.name => vm.ip }
}
